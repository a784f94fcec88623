"""Boolean networks: BoolNet text and SBML-qual."""
