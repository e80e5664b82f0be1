"""Understanding replies without leaving the machine: rules for cues, dates and amounts, two small models that learn.

How the labelled sentences were made, what is measured and where it fails: docs/explanation/entender-respuestas.md.
"""
