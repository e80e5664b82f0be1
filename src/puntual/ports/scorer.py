"""What the outside must offer to score: a learner of probabilities that is deterministic and explains itself.

The protocols are the core's own words (`core.segments.learning`): the core trains and scores with whatever learner it
is handed, and falls back to shrinkage and survival curves when it is handed none.
"""

from puntual.core.segments.learning import Learner as ScorerLearner
from puntual.core.segments.learning import Model as ScorerModel

__all__ = ["ScorerLearner", "ScorerModel"]
