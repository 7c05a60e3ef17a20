"""How two versions of a dataset differ, and the forms in which that is told."""
