"""Commands on finished builds and on tables beside them."""
