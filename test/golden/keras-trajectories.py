"""More trajectories of Keras's optimizers, in double precision: option combinations, shapes and lengths that its own tests do not have.

Run: KERAS_BACKEND=jax JAX_ENABLE_X64=1 python test/golden/keras-trajectories.py
(The other back ends round constants to single precision.) Writes keras-trajectories.json beside this file. Gradients and first
weights are `number(seed)` in both languages, see below.
"""

import json
import math
import pathlib

import jax
import keras
import numpy as np
from keras.src.backend.common import dtypes

keras.config.set_floatx("float64")
jax.config.update("jax_disable_jit", True)  # conditions would be compiled anew at every call

# Keras takes means and norms in single precision, whatever the dtype
narrow = dtypes.result_type
dtypes.result_type = lambda *kinds: "float64" if "float64" in kinds else narrow(*kinds)

SHAPES = {"scalar": [], "bias": [3], "kernel": [4, 3], "tall/kernel": [5, 2], "conv/kernel": [2, 3, 2], "embedding/embeddings": [3, 2]}
STEPS = 12
KEPT = [1, 3, 12]

OWN = {
    "SGD": [{}, {"momentum": 0.9}, {"momentum": 0.8, "nesterov": True}],
    "RMSprop": [{}, {"centered": True, "rho": 0.8}, {"momentum": 0.7}, {"momentum": 0.7, "centered": True, "epsilon": 1e-3}],
    "Adagrad": [{}, {"initial_accumulator_value": 0.0, "epsilon": 1e-4}],
    "Adadelta": [{"learning_rate": 1.0}, {"rho": 0.5, "epsilon": 1e-3}],
    "Adam": [{}, {"amsgrad": True, "beta_1": 0.5, "beta_2": 0.9}, {"epsilon": 0.1}],
    "AdamW": [{}, {"amsgrad": True, "weight_decay": 0.3}],
    "Adamax": [{}, {"beta_1": 0.6, "beta_2": 0.8, "epsilon": 1e-3}],
    "Nadam": [{}, {"beta_1": 0.5, "beta_2": 0.8}],
    "Ftrl": [{}, {"learning_rate_power": -0.3, "l1_regularization_strength": 0.05, "l2_regularization_strength": 0.1,
                  "l2_shrinkage_regularization_strength": 0.02, "beta": 0.3}, {"learning_rate_power": 0.0}],
    "Lion": [{}, {"beta_1": 0.5, "beta_2": 0.7}],
    "Lamb": [{}, {"beta_1": 0.5, "epsilon": 1e-3}],
    "Adafactor": [{}, {"beta_2_decay": -0.5, "epsilon_2": 0.1, "clip_threshold": 0.3}],
    "Muon": [{}, {"nesterov": False, "ns_steps": 3, "momentum": 0.5, "rms_rate": None, "adam_lr_ratio": 0.5, "exclude_layers": ["tall"]},
             {"exclude_embeddings": False, "adam_weight_decay": None}],
    "ScheduleFreeAdamW": [{}, {"warmup_steps": 6, "beta_1": 0.7, "beta_2": 0.9}],
}
SHARED = [
    {},
    {"weight_decay": 0.1, "clipnorm": 0.5},
    {"global_clipnorm": 1.0, "use_ema": True, "ema_momentum": 0.8, "ema_overwrite_frequency": 4},
    {"clipvalue": 0.3, "gradient_accumulation_steps": 3, "weight_decay": 0.05},
    {"loss_scale_factor": 8.0, "gradient_accumulation_steps": 2, "clipnorm": 0.7},
]


def number(seed):
    """A number between -1 and 1 that every language computes alike."""
    x = (seed * 7919 + 104729) % 10007
    x = (x * x + 3 * seed) % 10007
    return round(2 * x / 10007 - 1, 4)


def array(shape, seed):
    size = math.prod(shape)
    return np.array([number(seed * 1000 + i) for i in range(size)]).reshape(shape)


def run(name, config):
    optimizer = getattr(keras.optimizers, name)(**{"learning_rate": 0.05, **config})
    variables = []
    for i, (path, shape) in enumerate(SHAPES.items()):
        variable = keras.Variable(array(shape, i + 1), dtype="float64", name=path.split("/")[-1])
        variable._path = path
        variables.append(variable)
    expected = []
    for step in range(1, STEPS + 1):
        gradients = [array(shape, 100 * step + i) for i, shape in enumerate(SHAPES.values())]
        optimizer.apply([keras.ops.convert_to_tensor(g, dtype="float64") for g in gradients], variables)
        if step in KEPT:
            expected.append({"after_step": step, "x": [keras.ops.convert_to_numpy(v.value).ravel().tolist() for v in variables]})
    return expected


def main():
    cases = []
    for name, owns in OWN.items():
        for i, own in enumerate(owns):
            for shared in [SHARED[0], SHARED[1 + (len(cases) // 2 + i) % 4]]:
                config = {**shared, **own}
                cases.append({"id": f"{name} {json.dumps(config)}", "optimizer": name, "config": config, "expected": run(name, config)})
    versions = {"keras": keras.__version__, "jax": jax.__version__, "numpy": np.__version__}
    meta = {"made by": "keras-trajectories.py", **versions, "steps": STEPS}
    path = pathlib.Path(__file__).with_suffix(".json")
    path.write_text(json.dumps({"meta": meta, "shapes": SHAPES, "cases": cases}, separators=(",", ":")) + "\n")
    print(len(cases), "cases,", path.stat().st_size, "bytes")


main()
