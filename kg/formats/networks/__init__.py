"""Networks to draw: CX2, Cytoscape, GraphML, SIF, SIGNOR."""
