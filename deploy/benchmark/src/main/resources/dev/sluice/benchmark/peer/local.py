"""Two processes of one thread train a network of two hidden layers, and exchange over gloo after so many steps each.

After one step each it is DistributedDataParallel; after more it is DiLoCo (arXiv 2311.08105): AdamW inside, whose state
each process keeps, and SGD with Nesterov's momentum for the mean of what the processes have come to.
Arguments: data set (CSV, gzip, label last), units of a hidden layer, rows of a step over both processes, epochs, steps
between exchanges, seed, accuracy that is waited for. Prints one JSON object.
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
RATE = 0.003
DECAY = 0.01
OUTER_RATE = 0.7
OUTER_MOMENTUM = 0.9


def rows(path, seed):
    with gzip.open(path, "rt") as lines:
        table = torch.tensor([[float(cell) for cell in line.split(",")] for line in lines])
    table = table[torch.randperm(len(table), generator=torch.Generator().manual_seed(seed))]
    held = len(table) // 5
    x, y = table[:, :-1], table[:, -1].long()
    x = (x - x[held:].mean(0)) / (x[held:].std(0) + 1e-6)
    return x[held:], y[held:], x[:held], y[:held]


def end_with_parent():
    sys.stdin.read()
    os._exit(137)


def train(rank, path, hidden, batch, epochs, steps, seed, wanted, store):
    torch.set_num_threads(1)
    dist.init_process_group("gloo", init_method="file://" + store, rank=rank, world_size=WORLD)
    torch.manual_seed(seed)
    x, y, held_x, held_y = rows(path, seed)
    net = torch.nn.Sequential(
        torch.nn.Linear(x.shape[1], hidden), torch.nn.ReLU(),
        torch.nn.Linear(hidden, hidden), torch.nn.ReLU(),
        torch.nn.Linear(hidden, int(y.max()) + 1))
    model = torch.nn.parallel.DistributedDataParallel(net) if steps == 1 else net
    inner = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=DECAY)
    shared = [p.detach().clone().requires_grad_() for p in net.parameters()]
    outer = torch.optim.SGD(shared, lr=OUTER_RATE, momentum=OUTER_MOMENTUM, nesterov=True)
    loss = torch.nn.CrossEntropyLoss()
    order = torch.Generator().manual_seed(seed)
    taken, reached, right = 0.0, None, 0.0
    for epoch in range(epochs):
        begun = time.perf_counter()
        drawn = torch.randperm(len(x), generator=order)
        done = 0
        for at in range(0, len(x), batch):
            mine = drawn[at:at + batch][rank::WORLD]
            inner.zero_grad()
            loss(model(x[mine]), y[mine]).backward()
            inner.step()
            done += 1
            if steps > 1 and (done % steps == 0 or at + batch >= len(x)):
                for ours, all_ in zip(net.parameters(), shared):
                    all_.grad = all_.detach() - ours.detach()
                    dist.all_reduce(all_.grad)
                    all_.grad /= WORLD
                outer.step()
                with torch.no_grad():
                    for ours, all_ in zip(net.parameters(), shared):
                        ours.copy_(all_)
        taken += time.perf_counter() - begun
        with torch.no_grad():
            right = (net(held_x).argmax(1) == held_y).float().mean().item()
        if reached is None and right >= wanted:
            reached = taken
    if rank == 0:
        print(json.dumps({"secondsTo": reached, "accuracy": right, "torch": torch.__version__}), flush=True)
    dist.destroy_process_group()


if __name__ == "__main__":
    threading.Thread(target=end_with_parent, daemon=True).start()
    store = os.path.abspath(__file__) + ".%d.store" % os.getpid()
    mp.spawn(train, (sys.argv[1], *map(int, sys.argv[2:7]), float(sys.argv[7]), store), WORLD)
