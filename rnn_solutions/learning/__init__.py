"""How weights begin, what they are to learn, and training."""
