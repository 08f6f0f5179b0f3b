"""Two languages: every sentence a person reads is born in Chinese and in English."""
