"""Recurrent networks: what each computes, and how derivatives are taken one step back."""
