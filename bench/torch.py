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


def train(spec):
    sizes, batch = spec["sizes"], spec["batch"]
    layers = []
    for i, (rows, columns) in enumerate(zip(sizes, sizes[1:])):
        limit = (6 / (rows + columns)) ** 0.5
        linear = torch.nn.Linear(rows, columns)
        with torch.no_grad():
            linear.weight.copy_(uniform(300 + i, rows * columns, -limit, limit).reshape(rows, columns).T)
            linear.bias.zero_()
        layers += [linear, torch.nn.ReLU()]
    model = torch.nn.Sequential(*layers[:-1])
    optimizer = adamw(model.parameters(), spec["adamw"])
    batches = [
        (uniform(100 + i, batch * sizes[0]).reshape(batch, -1), labels(200 + i, batch, sizes[-1]))
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


def assign(parameters, weights):
    with torch.no_grad():
        for parameter, weight in zip(parameters, weights):
            parameter.copy_(weight.reshape(parameter.shape))


def glorot(seed, rows, columns, limit=None):
    limit = (6 / (rows + columns)) ** 0.5 if limit is None else limit
    return uniform(seed, rows * columns, -limit, limit).reshape(rows, columns)


def trained(spec, model, batches):
    """Steps of a model whose outputs are logits, of several places perhaps."""
    optimizer = adamw([p for p in model.parameters() if p.requires_grad], spec["adamw"])
    step = iter(range(10**12))

    def run():
        x, y = batches[next(step) % len(batches)]
        optimizer.zero_grad()
        logits = model(x)
        loss = F.cross_entropy(logits.reshape(-1, logits.shape[-1]), y)
        loss.backward()
        optimizer.step()
        return loss.item()

    return run, lambda: [run() for _ in range(5)]


class LastOfLSTM(torch.nn.Module):
    def __init__(self, inputs, units, classes):
        super().__init__()
        self.lstm = torch.nn.LSTM(inputs, units, batch_first=True)
        self.output = torch.nn.Linear(units, classes)
        self.lstm.bias_hh_l0.requires_grad_(False)  # the second of two biases

    def forward(self, x):
        return self.output(self.lstm(x)[0][:, -1])


def lstm(spec):
    inputs, units, classes = spec["inputs"], spec["units"], spec["classes"]
    model = LastOfLSTM(inputs, units, classes)
    zeros = torch.zeros
    weights = [glorot(300, inputs, 4 * units).T, glorot(301, units, 4 * units).T, zeros(4 * units), zeros(4 * units)]
    assign(model.parameters(), [*weights, glorot(302, units, classes).T, zeros(classes)])
    size = spec["batch"] * spec["steps"] * inputs
    batches = [
        (uniform(100 + i, size, -1, 1).reshape(spec["batch"], spec["steps"], inputs), labels(200 + i, spec["batch"], classes))
        for i in range(spec["batches"])
    ]
    return trained(spec, model, batches)


class Block(torch.nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.before = torch.nn.LayerNorm(width, 1e-3)
        self.projections = torch.nn.ModuleList([torch.nn.Linear(width, width) for _ in range(4)])
        self.between = torch.nn.LayerNorm(width, 1e-3)
        self.wide = torch.nn.Linear(width, 4 * width)
        self.narrow = torch.nn.Linear(4 * width, width)

    def forward(self, x):
        query, key, value, output = self.projections
        z = self.before(x)
        q, k, v = (p(z).unflatten(-1, (self.heads, -1)).transpose(1, 2) for p in (query, key, value))
        y = x + output(F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).flatten(-2))
        return y + self.narrow(F.gelu(self.wide(self.between(y))))


class GPT(torch.nn.Module):
    def __init__(self, spec):
        super().__init__()
        width = spec["width"]
        self.letters = torch.nn.Embedding(spec["vocabulary"], width)
        self.places = torch.nn.Embedding(spec["context"], width)
        self.blocks = torch.nn.Sequential(*[Block(width, spec["heads"]) for _ in range(spec["layers"])])
        self.last = torch.nn.LayerNorm(width, 1e-3)
        self.output = torch.nn.Linear(width, spec["vocabulary"])

    def forward(self, x):
        return self.output(self.last(self.blocks(self.letters(x) + self.places.weight)))


def gpt(spec):
    width, seeds = spec["width"], iter(range(300, 10**6))
    dense = lambda rows, columns: [glorot(next(seeds), rows, columns).T, torch.zeros(columns)]
    norm = lambda: [torch.ones(width), torch.zeros(width)]
    tables = [glorot(next(seeds), spec[name], width, 0.05) for name in ("vocabulary", "context")]
    weights = [*tables]
    for _ in range(spec["layers"]):
        weights += norm() + [w for _ in range(4) for w in dense(width, width)] + norm()
        weights += dense(width, 4 * width) + dense(4 * width, width)
    model = GPT(spec)
    assign(model.parameters(), weights + norm() + dense(width, spec["vocabulary"]))
    size = spec["batch"] * spec["context"]
    batches = [
        (labels(100 + i, size, spec["vocabulary"]).reshape(spec["batch"], -1), labels(200 + i, size, spec["vocabulary"]))
        for i in range(spec["batches"])
    ]
    return trained(spec, model, batches)


class ChannelsLast(torch.nn.Module):
    """So that flattening gives the order of the others."""

    def forward(self, x):
        return x.permute(0, 2, 3, 1)


def lenet(spec):
    side, window, batch = spec["side"], spec["window"], spec["batch"]
    area, size, channels, layers, weights = window * window, side, 1, [], []
    for i, filters in enumerate(spec["filters"]):
        limit = (6 / (area * (channels + filters))) ** 0.5
        kernel = glorot(300 + i, area * channels, filters, limit).reshape(window, window, channels, filters)
        weights += [kernel.permute(3, 2, 0, 1), torch.zeros(filters)]
        layers += [torch.nn.Conv2d(channels, filters, window), torch.nn.ReLU(), torch.nn.MaxPool2d(2)]
        size, channels = (size - window + 1) // 2, filters
    layers += [ChannelsLast(), torch.nn.Flatten()]
    rows = size * size * channels
    for i, columns in enumerate(spec["units"]):
        weights += [glorot(300 + len(spec["filters"]) + i, rows, columns).T, torch.zeros(columns)]
        layers += [torch.nn.Linear(rows, columns), torch.nn.ReLU()]
        rows = columns
    model = torch.nn.Sequential(*layers[:-1])
    assign(model.parameters(), weights)
    batches = [
        (uniform(100 + i, batch * side * side).reshape(batch, 1, side, side), labels(200 + i, batch, rows))
        for i in range(spec["batches"])
    ]
    return trained(spec, model, batches)


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
    "lstm": lstm,
    "gpt": gpt,
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
