"""PyTorch as a contestant: `python torch.py THREADS` answers the requests described in serve.mjs, one JSON line each."""

import json
import sys
import time

start_of_import = time.perf_counter()
sys.path.pop(0)  # this file's folder, whose torch.py would shadow the library
import torch
import torch.nn.functional as F

seconds_to_import = time.perf_counter() - start_of_import
torch.set_num_threads(int(sys.argv[1]))
torch.set_num_interop_threads(1)


def uniform(seed, n, low=0.0, high=1.0):
    """The generator of workloads.mjs (mulberry32), vectorized."""
    mask = 0xFFFFFFFF
    state = (seed + (torch.arange(n, dtype=torch.int64) + 1) * 0x6D2B79F5) & mask
    t = ((state ^ (state >> 15)) * (state | 1)) & mask
    t ^= (t + (t ^ (t >> 7)) * (t | 61)) & mask
    unit = ((t ^ (t >> 14)) & mask).double() / 2**32
    return (low + (high - low) * unit).float()


def labels(seed, n, classes):
    return (uniform(seed, n).double() * classes).long().clamp(max=classes - 1)


def adamw(parameters, o):
    return torch.optim.AdamW(
        parameters,
        lr=o["learningRate"],
        betas=(o["beta1"], o["beta2"]),
        eps=o["epsilon"],
        weight_decay=o["weightDecay"],
        fused=True,
    )


def glorot(seed, rows, columns, count):
    limit = (6 / (rows + columns)) ** 0.5
    return uniform(seed, count, -limit, limit)


def linear(seed, rows, columns):
    layer = torch.nn.Linear(rows, columns)
    with torch.no_grad():
        layer.weight.copy_(glorot(seed, rows, columns, rows * columns).reshape(rows, columns).T)
        layer.bias.zero_()
    return layer


def convolution(seed, window, channels, filters):
    layer = torch.nn.Conv2d(channels, filters, window)
    area = window * window
    with torch.no_grad():
        kernel = glorot(seed, area * channels, area * filters, area * channels * filters)
        layer.weight.copy_(kernel.reshape(window, window, channels, filters).permute(3, 2, 0, 1))
        layer.bias.zero_()
    return layer


def trained(model, spec, shape, classes):
    batch = spec["batch"]
    optimizer = adamw(model.parameters(), spec["adamw"])
    size = torch.Size(shape).numel()
    batches = [
        (uniform(100 + i, batch * size).reshape(batch, *shape), labels(200 + i, batch, classes))
        for i in range(spec["batches"])
    ]
    step = iter(range(10**12))

    def run():
        x, y = batches[next(step) % len(batches)]
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        return loss.item()

    return run, lambda: [run() for _ in range(5)]


def train(spec):
    sizes = spec["sizes"]
    layers = []
    for i, (rows, columns) in enumerate(zip(sizes, sizes[1:])):
        layers += [linear(300 + i, rows, columns), torch.nn.ReLU()]
    return trained(torch.nn.Sequential(*layers[:-1]), spec, [sizes[0]], sizes[-1])


class ChannelsLast(torch.nn.Module):
    """So that flattening gives the order of the others."""

    def forward(self, x):
        return x.permute(0, 2, 3, 1)


def lenet(spec):
    side, window = spec["side"], spec["window"]
    size, channels, layers = side, 1, []
    for i, filters in enumerate(spec["filters"]):
        layers += [convolution(300 + i, window, channels, filters), torch.nn.ReLU(), torch.nn.MaxPool2d(2)]
        size, channels = (size - window + 1) // 2, filters
    layers += [ChannelsLast(), torch.nn.Flatten()]
    rows = size * size * channels
    for i, columns in enumerate(spec["units"]):
        layers += [linear(300 + len(spec["filters"]) + i, rows, columns), torch.nn.ReLU()]
        rows = columns
    return trained(torch.nn.Sequential(*layers[:-1]), spec, [1, side, side], rows)


FUNCTIONS = {
    "tanh": torch.tanh,
    "exp": torch.exp,
    "log": torch.log,
    "gelu": F.gelu,
    "gelu-tanh": lambda x: F.gelu(x, approximate="tanh"),
    "a*b+c": lambda a, b, c: torch.addcmul(c, a, b),
}


def elementwise(spec):
    f = FUNCTIONS[spec["name"]]
    inputs = [uniform(1 + i, spec["size"], spec["low"], spec["high"]) for i in range(spec["inputs"])]
    return lambda: f(*inputs), lambda: f(*inputs)[:5].tolist()


def matmul(spec):
    n = spec["n"]
    a, b = (uniform(seed, n * n, -1, 1).reshape(n, n) for seed in (1, 2))
    return lambda: a @ b, lambda: (a @ b).flatten()[:5].tolist()


def adamw_alone(spec):
    w = torch.nn.Parameter(uniform(1, spec["size"], -1, 1))
    w.grad = uniform(2, spec["size"], -1, 1)
    optimizer = adamw([w], spec["adamw"])
    return optimizer.step, lambda: [optimizer.step(), optimizer.step(), *w[:5].tolist()][2:]


def cross_entropy(spec):
    rows, columns = spec["rows"], spec["columns"]
    logits = uniform(1, rows * columns, -3, 3).reshape(rows, columns).requires_grad_()
    y = labels(2, rows, columns)

    def run():
        logits.grad = None
        loss = F.cross_entropy(logits, y)
        loss.backward()
        return loss.item()

    return run, lambda: [run(), *logits.grad.flatten()[:5].tolist()]


TASKS = {
    "train": train,
    "lenet": lenet,
    "elementwise": elementwise,
    "matmul": matmul,
    "adamw": adamw_alone,
    "crossEntropy": cross_entropy,
}


def stretch(run, repeats):
    start = time.perf_counter()
    for _ in range(repeats):
        run()
    return (time.perf_counter() - start) * 1000 / repeats


def median(run, milliseconds):
    """Median over stretches of at least 10 ms, as in serve.mjs."""
    repeats = max(1, int(10 / stretch(run, 1)) + 1)
    times, start = [], time.perf_counter()
    while not times or (time.perf_counter() - start) * 1000 < milliseconds:
        times.append(stretch(run, repeats))
    return sorted(times)[len(times) // 2]


current, warm = (None, None), False


def task(spec):
    global current, warm
    if current[0] != spec:
        current, warm = (spec, TASKS[spec["kind"]](spec)), False
    return current[1]


def timed(spec, milliseconds):
    global warm
    run = task(spec)[0]
    if not warm:
        median(run, milliseconds)
    warm = True
    return median(run, milliseconds)


def fresh(spec):
    """Import, set-up and first run. The set-up includes making the data, some 10 ms that the others do before the clock starts."""
    start = time.perf_counter()
    task(spec)[0]()
    return (seconds_to_import + time.perf_counter() - start) * 1000


ANSWERS = {
    "hello": lambda request: {"version": torch.__version__},
    "probe": lambda request: {"values": task(request["spec"])[1]()},
    "time": lambda request: {"ms": timed(request["spec"], request["milliseconds"])},
    "fresh": lambda request: {"ms": fresh(request["spec"])},
}

for line in sys.stdin:
    request = json.loads(line)
    try:
        answer = ANSWERS[request["do"]](request)
    except Exception as error:
        answer = {"error": repr(error)}
    print(json.dumps(answer), flush=True)
