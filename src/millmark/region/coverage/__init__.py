"""Coverage and layout: demand places, a propagation model, what is covered, and where the next sites should stand."""
