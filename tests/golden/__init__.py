"""Files that PyTorch and Keras wrote, and the programs that made them."""
