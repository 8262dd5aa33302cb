"""A short training run on one large GPU, from images and people that are kept in its memory. See README.md."""
