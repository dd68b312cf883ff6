"""
Makes keras-fit.json: ten epochs with weights, validation, an average of the weights, accumulated gradients, and callbacks that stop, save
and reduce the learning rate, as Keras runs them. Run: KERAS_BACKEND=torch python keras-fit.py > keras-fit.json
"""

import json
import tempfile

import keras
import numpy as np

random = np.random.default_rng(3)


def numbers(x):
    return np.asarray(x, dtype=np.float64).round(9).tolist()


x = random.normal(size=(60, 3)).astype("float32")
y = ((x[:, 0] > 0).astype("int32") + (x[:, 1] > 0.3)) % 3
y[::9] = (y[::9] + 1) % 3
weights = random.uniform(0.2, 2, size=60).astype("float32")
class_weight = {0: 1.0, 1: 2.0, 2: 0.5}
start = [random.normal(size=s) * 0.6 for s in [(3, 8), (8,), (8, 3), (3,)]]
train, valid = slice(0, 44), slice(44, 60)


def run(accumulation, swap=False):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(8, activation="relu"), keras.layers.Dense(3)])
    for v, value in zip(model.variables, start):
        v.assign(value)
    k = keras.callbacks
    with tempfile.TemporaryDirectory() as folder:
        checkpoint = k.ModelCheckpoint(folder + "/best.weights.h5", monitor="val_loss", save_best_only=True, save_weights_only=True)
        callbacks = [
            checkpoint,
            k.ReduceLROnPlateau(monitor="val_loss", factor=0.5, patience=1, min_delta=0.01, cooldown=1),
            k.EarlyStopping(monitor="val_loss", patience=6, restore_best_weights=True),
        ]
        if swap:
            callbacks = [k.SwapEMAWeights()] + callbacks[1:2]
        optimizer = keras.optimizers.Adam(
            learning_rate=0.1, use_ema=True, ema_momentum=0.9,
            gradient_accumulation_steps=accumulation if accumulation > 1 else None,
        )
        model.compile(
            optimizer=optimizer, loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"],
            weighted_metrics=[keras.metrics.SparseCategoricalAccuracy(name="weighted")],
        )
        effective = weights * np.array([class_weight[int(label)] for label in y], dtype="float32")
        history = model.fit(
            x[train], y[train], sample_weight=effective[train], validation_data=(x[valid], y[valid], weights[valid]),
            epochs=10, batch_size=8, shuffle=False, verbose=0, callbacks=callbacks,
        )
        return {
            "accumulation": accumulation, "swap": swap, "history": {key: numbers(v) for key, v in history.history.items()},
            "best": float(checkpoint.best) if not swap else None, "after": [numbers(v) for v in model.variables],
        }


result = {
    "meta": {"keras": keras.__version__, "numpy": np.__version__},
    "x": numbers(x), "y": y.tolist(), "weights": numbers(weights), "classWeight": class_weight,
    "start": [numbers(v) for v in start],
    "runs": [run(1), run(2), run(1, swap=True)],
}
print(json.dumps(result))
