"""DistributedDataParallel over gloo: two processes of one thread train a network of two hidden layers in step.

Arguments: data set (CSV, gzip, label last), units of a hidden layer, rows of a step, seconds. Prints one JSON object.
"""
import gzip
import json
import os
import sys
import threading
import time

import torch
import torch.distributed as dist
import torch.multiprocessing as mp

WORLD = 2
WARM_STEPS = 20
WARM_SHARE = 0.3


def rows(path):
    with gzip.open(path, "rt") as lines:
        table = torch.tensor([[float(cell) for cell in line.split(",")] for line in lines])
    x, y = table[:, :-1], table[:, -1].long()
    return (x - x.mean(0)) / (x.std(0) + 1e-6), y


def end_with_parent():
    sys.stdin.read()
    os._exit(137)


def train(rank, path, hidden, batch, seconds, store):
    torch.set_num_threads(1)
    dist.init_process_group("gloo", init_method="file://" + store, rank=rank, world_size=WORLD)
    torch.manual_seed(1)
    x, y = rows(path)
    model = torch.nn.parallel.DistributedDataParallel(
        torch.nn.Sequential(
            torch.nn.Linear(x.shape[1], hidden), torch.nn.ReLU(),
            torch.nn.Linear(hidden, hidden), torch.nn.ReLU(),
            torch.nn.Linear(hidden, 10)))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    loss = torch.nn.CrossEntropyLoss()
    order = torch.Generator().manual_seed(1)
    more = torch.ones(1)
    at, steps, counted, begun = len(x), 0, None, time.perf_counter()
    while more.item() > 0:
        if at + batch > len(x):
            drawn, at = torch.randperm(len(x), generator=order), 0
        mine = drawn[at:at + batch][rank::WORLD]
        at += batch
        optimizer.zero_grad()
        loss(model(x[mine]), y[mine]).backward()
        optimizer.step()
        steps += 1
        now = time.perf_counter()
        if counted is None and steps >= WARM_STEPS and now - begun > WARM_SHARE * seconds:
            counted = steps, now
        if steps % 10 == 0:  # together: whoever left first would leave the other waiting
            enough = counted is not None and steps - counted[0] >= 10 and now - begun >= seconds
            more[0] = 0 if rank == 0 and enough else 1
            dist.all_reduce(more, op=dist.ReduceOp.MIN)
    if rank == 0:
        took = time.perf_counter() - counted[1]
        print(json.dumps({"stepsPerSecond": (steps - counted[0]) / took, "steps": steps, "torch": torch.__version__}),
              flush=True)
    dist.destroy_process_group()


if __name__ == "__main__":
    threading.Thread(target=end_with_parent, daemon=True).start()
    store = os.path.abspath(__file__) + ".%d.store" % os.getpid()
    mp.spawn(train, (sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]), store), WORLD)
