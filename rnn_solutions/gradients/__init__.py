"""What passes from one step to another: terms, Jacobians, their norms, and whether they last."""
