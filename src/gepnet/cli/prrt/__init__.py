"""``gepnet prrt``: the course of radioligand therapy; one module for each subject."""
