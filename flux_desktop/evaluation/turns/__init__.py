"""Reference turns and holds, and how well a detector ended them."""
