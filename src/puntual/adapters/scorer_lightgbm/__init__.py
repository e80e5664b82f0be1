"""LightGBM behind the scorer port. Importing this folder does not import LightGBM; making a learner does."""

from puntual.adapters.scorer_lightgbm.learner import LightGBMLearner, available

__all__ = ["LightGBMLearner", "available"]
