"""GO-CAM: the YAML of gocam-py, and Turtle as the Gene Ontology publishes it."""
