"""
Makes keras-training.json: small training runs and early stopping, as Keras computes them.
Run: KERAS_BACKEND=jax python keras-training.py > keras-training.json
"""

import json

import jax
import keras
import numpy as np

random = np.random.default_rng(0)
# The trainings begin where losses, which are in keras-losses.py now, have left the stream
random.normal(size=(5, 4))
random.normal(size=(6, 1))


def numbers(x):
    return np.asarray(x, dtype=np.float64).round(9).tolist()


def training(optimizer, **options):
    x = random.normal(size=(50, 3)).astype("float32")
    y = (x[:, 0] > 0).astype("int32") + (x[:, 1] > 0.3).astype("int32")
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(8, activation="relu"), keras.layers.Dense(3)])
    for v in model.variables:
        v.assign(random.normal(size=v.shape) * 0.5)
    before = [numbers(v) for v in model.variables]
    model.compile(
        optimizer=optimizer,
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    history = model.fit(
        x[:40], y[:40], epochs=4, batch_size=16, shuffle=False, verbose=0, validation_data=(x[40:], y[40:]), **options
    )
    return {
        "config": optimizer.get_config(),
        "x": numbers(x),
        "y": y.tolist(),
        "before": before,
        "history": {k: numbers(v) for k, v in history.history.items()},
        "after": [numbers(v) for v in model.variables],
    }


class Counting:
    """A model whose only weight is the number of the epoch."""

    def __init__(self):
        self.epoch, self.stop_training = 0, False

    def get_weights(self):
        return self.epoch

    def set_weights(self, epoch):
        self.epoch = epoch


def early_stopping():
    # numbers from a stream of their own, so that adding cases does not change the trainings
    stream = np.random.default_rng(1)
    cases = []
    for monitor, mode in [("val_loss", "min"), ("accuracy", "max")]:
        for patience in [0, 1, 3]:
            for extra in [{}, {"min_delta": 0.15}, {"baseline": 0.6}, {"start_from_epoch": 4}]:
                values = stream.uniform(0, 1, size=14).round(3).tolist()
                for restore in [False, True]:
                    model = Counting()
                    callback = keras.callbacks.EarlyStopping(
                        monitor, patience=patience, mode=mode, restore_best_weights=restore, **extra
                    )
                    callback.set_model(model)
                    callback.on_train_begin()
                    for epoch, value in enumerate(values):
                        model.epoch = epoch
                        callback.on_epoch_end(epoch, {monitor: value})
                        if model.stop_training:
                            break
                    last = model.epoch
                    callback.on_train_end()
                    options = {"monitor": monitor, "patience": patience, "restore_best_weights": restore, **extra}
                    cases.append({"options": options, "values": values, "lastEpoch": last, "weights": model.epoch})
    return cases


result = {
    "meta": {"keras": keras.__version__, "jax": jax.__version__, "numpy": np.__version__},
    "earlyStopping": early_stopping(),
    "training": {
        "AdamW": training(keras.optimizers.AdamW(learning_rate=0.02)),
        "AdamW with EMA": training(keras.optimizers.AdamW(learning_rate=0.02, use_ema=True, ema_momentum=0.8, name="ema")),
        "SGD": training(keras.optimizers.SGD(learning_rate=0.1, momentum=0.9, nesterov=True, clipnorm=0.5)),
    },
}
print(json.dumps(result, indent=1))
