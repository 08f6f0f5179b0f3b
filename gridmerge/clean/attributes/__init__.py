"""Fields, ids, codes and village names."""
