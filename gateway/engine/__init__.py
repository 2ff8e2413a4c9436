"""Rules on an annotation. Law: pure; what it needs of the world is given to it as arguments."""
