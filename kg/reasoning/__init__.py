"""What follows from a mechanism: runs, reasons, routes, experiments; what several of them say together."""
