"""Muon: momentum whose update of each convolution is made orthogonal, so that all directions move alike."""

import torch


def orthogonal(g: torch.Tensor, steps: int = 5, precision: torch.dtype = torch.float32) -> torch.Tensor:
    """About the nearest (semi-)orthogonal matrix to each of (N, rows, columns): Newton–Schulz iteration of order 5,
    for which bfloat16 is enough."""
    tall = g.shape[1] > g.shape[2]
    x = g.mT if tall else g
    x = (x / (x.flatten(1).norm(dim=1)[:, None, None] + 1e-7)).to(precision)
    for _ in range(steps):
        a = x @ x.mT
        x = 3.4445 * x + torch.baddbmm(a, a, a, beta=-4.7750, alpha=2.0315) @ x
    return (x.mT if tall else x).to(g.dtype)


class Muon(torch.optim.Optimizer):
    """Groups with `orthogonal=True` hold convolution weights and get Muon; the others get AdamW.

    An orthogonal update is scaled by 0.2·√(longer side), the size of a typical AdamW update, so both take one rate.
    """

    def __init__(self, groups, precision: torch.dtype = torch.float32):
        self.precision = precision
        super().__init__(groups, {"lr": 0.0, "betas": (0.9, 0.99), "weight_decay": 0.0, "orthogonal": False})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            params = [p for p in group["params"] if p.grad is not None]
            for p in params:
                if not self.state[p]:
                    self.state[p]["step"] = 0
                    self.state[p]["mean"] = torch.zeros_like(p)
                    if not group["orthogonal"]:
                        self.state[p]["square"] = torch.zeros_like(p)
                self.state[p]["step"] += 1
            if params:
                torch._foreach_mul_(params, 1 - group["lr"] * group["weight_decay"])
                (self._orthogonal if group["orthogonal"] else self._adam)(group, params)

    def _orthogonal(self, group, params):
        beta, shapes = group["betas"][0], {}
        for p in params:
            mean = self.state[p]["mean"]
            mean.lerp_(p.grad, 1 - beta)
            look = p.grad.lerp(mean, beta).flatten(1)
            shapes.setdefault(look.shape, []).append((p, look))
        for shape, pairs in shapes.items():
            updates = orthogonal(torch.stack([look for _, look in pairs]), precision=self.precision)
            rate = group["lr"] * 0.2 * max(shape) ** 0.5
            for (p, _), update in zip(pairs, updates):
                p.add_(update.view(p.shape), alpha=-rate)

    def _adam(self, group, params):
        b1, b2 = group["betas"]
        grads = [p.grad for p in params]
        means = [self.state[p]["mean"] for p in params]
        squares = [self.state[p]["square"] for p in params]
        torch._foreach_lerp_(means, grads, 1 - b1)
        torch._foreach_mul_(squares, b2)
        torch._foreach_addcmul_(squares, grads, grads, 1 - b2)
        step = self.state[params[0]]["step"]
        roots = torch._foreach_sqrt(torch._foreach_div(squares, 1 - b2 ** step))
        torch._foreach_add_(roots, 1e-8)
        torch._foreach_addcdiv_(params, means, roots, -group["lr"] / (1 - b1 ** step))
