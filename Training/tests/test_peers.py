import os

import torch
import torch.multiprocessing as mp

from kapao_training import peers


def one_of_two(rank, folder):
    os.environ |= {"RANK": str(rank), "WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "29517"}
    torch.manual_seed(rank)
    network = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.BatchNorm2d(4)).to(memory_format=torch.channels_last)
    network(torch.rand(2, 3, 8, 8))
    before = {n: t.clone() for n, t in network.state_dict().items()}
    peers.join(torch.device("cpu"))
    numbers = peers.average(network, 10.0 * rank, 1.0)
    peers.leave()
    torch.save((before, network.state_dict(), numbers), folder / f"{rank}.pt")


def test_two_processes_get_the_mean_of_their_weights_and_statistics(tmp_path):
    mp.spawn(one_of_two, (tmp_path,), nprocs=2)
    (a, mean, numbers), (b, same, _) = (torch.load(tmp_path / f"{rank}.pt") for rank in (0, 1))
    assert numbers == (5.0, 1.0)
    for name in a:
        if a[name].is_floating_point():
            torch.testing.assert_close(mean[name], (a[name] + b[name]) / 2)
        assert torch.equal(mean[name], same[name])
    assert not torch.equal(a["0.weight"], b["0.weight"])


def test_one_process_keeps_its_own(monkeypatch):
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    network = torch.nn.Conv2d(3, 4, 3)
    before = network.weight.clone()
    assert peers.average(network, 3.0) == (3.0,)
    assert torch.equal(network.weight, before)
