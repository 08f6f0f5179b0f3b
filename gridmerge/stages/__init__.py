"""Stages of the pipeline that join several rooms."""
