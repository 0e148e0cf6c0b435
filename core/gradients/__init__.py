"""Gradients through time: how a state or a loss depends on every state and input before it.

>>> from gatescope.core import drawn, encode, trace
>>> from gatescope.core.gradients import StateTarget, gradients
>>> network = drawn("lstm", 1, 8, forget_bias=2.0)
>>> ran = trace(network, encode(network, values=[[1.0], [0.0], [0.0]]))
>>> found = gradients(ran, StateTarget("hidden_state", 0, "forward", step=2))
>>> found.layers[0].d_hidden_state.shape
(3, 8)
"""

from .targets import LossTarget, StateTarget, Target
from .through_time import Gradients, LayerGradients, gradients, jacobian_operations

__all__ = ["Gradients", "LayerGradients", "LossTarget", "StateTarget", "Target", "gradients", "jacobian_operations"]
