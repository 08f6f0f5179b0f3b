"""report.html, and the sentences it begins with."""
