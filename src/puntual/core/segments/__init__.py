"""Segments: what is known of a payer, what is likely, why, and in which visible cell of the portfolio it puts them.

`facts` (what was known when) -> `features` -> `training` -> `score` -> `drivers`; `backtest` judges it out of time;
`rules` and `cause` make the cells that policy binds to. `prediction.predict` is a prediction from scratch;
`portfolio.understand` is what the night run and the screens share, with a model learnt before (`keeping`).
"""
