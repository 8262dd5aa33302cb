extension CourtPage {
  /// The page's script. Fitting is that of `Homography.fit` and `CourtCalibration`, so that the file is the one that `court fit`
  /// writes for the same points.
  static let script = #"""
    "use strict";
    const start = JSON.parse(document.getElementById("data").textContent);
    const court = start.court, [width, height] = start.image_size, half = Math.hypot(width, height) / 2;
    const points = new Map(start.landmarks.map(l => [l.name, { pixel: l.pixel, court: l.court }]));
    const names = Object.keys(court.landmarks).sort();
    const element = id => document.getElementById(id);
    let chosen = names.find(name => !points.has(name)) ?? names[0], view = [0, 0, width, height];

    // Least squares by normal equations and Gauss-Jordan elimination; null where they determine nothing.
    function solve(equations) {
      const n = 8, m = Array.from({ length: n }, () => new Array(n + 1).fill(0));
      for (const [c, value] of equations)
        for (let i = 0; i < n; i++) {
          for (let j = 0; j < n; j++) m[i][j] += c[i] * c[j];
          m[i][n] += c[i] * value;
        }
      const largest = Math.max(...m.map(row => Math.max(...row.slice(0, n).map(Math.abs))));
      for (let column = 0; column < n; column++) {
        let pivot = column;
        for (let row = column; row < n; row++) if (Math.abs(m[row][column]) > Math.abs(m[pivot][column])) pivot = row;
        if (!(Math.abs(m[pivot][column]) > 1e-11 * largest)) return null;
        [m[pivot], m[column]] = [m[column], m[pivot]];
        for (let row = 0; row < n; row++) {
          if (row === column) continue;
          const factor = m[row][column] / m[column][column];
          for (let j = column; j <= n; j++) m[row][j] -= factor * m[column][j];
        }
      }
      return m.map((row, i) => row[n] / row[i]);
    }
    function normalised(list) {
      const cx = list.reduce((s, p) => s + p.x, 0) / list.length, cy = list.reduce((s, p) => s + p.y, 0) / list.length;
      const mean = list.reduce((s, p) => s + Math.hypot(p.x - cx, p.y - cy), 0) / list.length;
      const scale = Math.SQRT2 / mean;
      return { cx, cy, scale, list: list.map(p => ({ x: (p.x - cx) * scale, y: (p.y - cy) * scale })) };
    }
    function homography(from, to) {
      const a = normalised(from), b = normalised(to);
      let h = solve(a.list.flatMap((p, i) => {
        const q = b.list[i];
        return [[[p.x, p.y, 1, 0, 0, 0, -q.x * p.x, -q.x * p.y], q.x], [[0, 0, 0, p.x, p.y, 1, -q.y * p.x, -q.y * p.y], q.y]];
      }));
      if (!h) return null;
      for (let round = 0; round < 20; round++) {
        const step = solve(a.list.flatMap((p, i) => {
          const q = b.list[i], w = h[6] * p.x + h[7] * p.y + 1;
          const x = (h[0] * p.x + h[1] * p.y + h[2]) / w, y = (h[3] * p.x + h[4] * p.y + h[5]) / w;
          return [[[p.x / w, p.y / w, 1 / w, 0, 0, 0, -x * p.x / w, -x * p.y / w], q.x - x],
                  [[0, 0, 0, p.x / w, p.y / w, 1 / w, -y * p.x / w, -y * p.y / w], q.y - y]];
        }));
        if (!step) return null;
        h = h.map((value, i) => value + step[i]);
        if (step.every(value => Math.abs(value) < 1e-12)) break;
      }
      const m = [...h, 1], s = a.scale, right = [];
      for (let r = 0; r < 9; r += 3) right.push(m[r] * s, m[r + 1] * s, m[r + 2] - s * (m[r] * a.cx + m[r + 1] * a.cy));
      const rows = [...right];
      for (let c = 0; c < 3; c++) {
        rows[c] = right[c] / b.scale + b.cx * right[6 + c];
        rows[3 + c] = right[3 + c] / b.scale + b.cy * right[6 + c];
      }
      return rows.every(Number.isFinite) && rows[8] !== 0 ? rows.map(value => value / rows[8]) : null;
    }
    const depth = (m, p) => m[6] * p.x + m[7] * p.y + m[8];
    const apply = (m, p) => ({ x: (m[0] * p.x + m[1] * p.y + m[2]) / depth(m, p), y: (m[3] * p.x + m[4] * p.y + m[5]) / depth(m, p) });
    const inverse = m => [
      m[4] * m[8] - m[5] * m[7], m[2] * m[7] - m[1] * m[8], m[1] * m[5] - m[2] * m[4], m[5] * m[6] - m[3] * m[8],
      m[0] * m[8] - m[2] * m[6], m[2] * m[3] - m[0] * m[5], m[3] * m[7] - m[4] * m[6], m[1] * m[6] - m[0] * m[7],
      m[0] * m[4] - m[1] * m[3]];
    function straightened(p, k) {
      const x = p.x - width / 2, y = p.y - height / 2, r = Math.hypot(x, y) / half, f = 1 / (1 + k * r * r);
      return { x: width / 2 + x * f, y: height / 2 + y * f };
    }
    function bent(p, k) {
      const x = p.x - width / 2, y = p.y - height / 2, r = Math.hypot(x, y) / half, root = 1 - 4 * k * r * r;
      if (k === 0 || r === 0) return p;
      if (root < 0) return null;
      const f = (1 - Math.sqrt(root)) / (2 * k * r) / r;
      return { x: width / 2 + x * f, y: height / 2 + y * f };
    }
    function smallest(f, low, high) {
      const grid = Array.from({ length: 41 }, (_, i) => low + (high - low) * i / 40), values = grid.map(f);
      const best = values.indexOf(Math.min(...values));
      let a = grid[Math.max(best - 1, 0)], b = grid[Math.min(best + 1, 40)];
      const golden = (Math.sqrt(5) - 1) / 2;
      while (b - a > 1e-6) {
        const c = b - golden * (b - a), d = a + golden * (b - a);
        if (f(c) < f(d)) b = d; else a = c;
      }
      return (a + b) / 2;
    }
    // Whether points spread over a plane: of four, no three on a line.
    function spread(list) {
      const n = list.length, cx = list.reduce((s, p) => s + p.x, 0) / n, cy = list.reduce((s, p) => s + p.y, 0) / n;
      let xx = 0, xy = 0, yy = 0;
      for (const p of list) { const x = p.x - cx, y = p.y - cy; xx += x * x; xy += x * y; yy += y * y; }
      const d = Math.sqrt((xx - yy) ** 2 + 4 * xy * xy);
      if (!(xx + yy - d > 1e-4 * (xx + yy + d))) return false;
      return n !== 4 || list.every((_, left) => {
        const [a, b, c] = list.filter((_, i) => i !== left);
        const ux = b.x - a.x, uy = b.y - a.y, vx = c.x - a.x, vy = c.y - a.y;
        return Math.abs(ux * vy - uy * vx) > 1e-3 * Math.max(Math.hypot(ux, uy) * Math.hypot(vx, vy), 1e-12);
      });
    }
    // The calibration, or a text that says why there is none.
    function calibrate() {
      const landmarks = [...points].map(([name, p]) => ({ name, pixel: p.pixel, court: p.court }));
      if (landmarks.length < 4) return `${4 - landmarks.length} more to go`;
      const places = landmarks.map(l => l.court);
      const fit = k => {
        const pixels = landmarks.map(l => straightened(l.pixel, k)), map = homography(pixels, places);
        if (!map) return null;
        const errors = pixels.map((p, i) => {
          const q = apply(map, p);
          return 100 * Math.hypot(q.x - places[i].x, q.y - places[i].y);
        });
        return { map, pixels, errors, sum: errors.reduce((s, e) => s + e * e, 0) };
      };
      const sum = k => fit(k)?.sum ?? Infinity;
      let k = 0;
      if (landmarks.length >= 6) {
        const best = smallest(sum, -0.4, 0.4);
        if (sum(best) < 0.25 * sum(0) && sum(0) > 1) k = best;
      }
      const fitted = fit(k);
      if (!fitted || !spread(fitted.pixels) || !spread(places)) return "The points do not determine where the court is.";
      const depths = fitted.pixels.map(p => depth(fitted.map, p));
      if (!depths.every(d => d > 0) && !depths.every(d => d < 0)) return "The points cannot all be on one floor.";
      const back = inverse(fitted.map), m = { x: court.width / 2, y: court.length / 2 };
      const here = apply(back, m), x = apply(back, { x: m.x + 0.1, y: m.y }), y = apply(back, { x: m.x, y: m.y + 0.1 });
      const turn = (x.x - here.x) * (y.y - here.y) - (x.y - here.y) * (y.x - here.x);
      if (turn > 0 !== court.is_clockwise) return "The court would be seen mirrored: check left and right.";
      return { landmarks, k, back, side: depth(back, places[0]), ...fitted };
    }
    const svg = (name, attributes) => {
      const made = document.createElementNS("http://www.w3.org/2000/svg", name);
      for (const key in attributes) made.setAttribute(key, attributes[key]);
      return made;
    };
    // Where the other points put one that is not there yet.
    function shown(c, p) {
      if (depth(c.back, p) * c.side <= 0) return null;
      return bent(apply(c.back, p), c.k);
    }
    function drawLines(c) {
      element("lines").replaceChildren();
      if (typeof c === "string") return;
      for (const line of court.lines)
        for (let i = 1; i < line.points.length; i++) {
          const a = line.points[i - 1], b = line.points[i], seen = [];
          for (let t = 0; t <= 24; t++) seen.push(shown(c, { x: a.x + (b.x - a.x) * t / 24, y: a.y + (b.y - a.y) * t / 24 }));
          element("lines").append(svg("polyline", { points: seen.filter(Boolean).map(p => `${p.x},${p.y}`).join(" ") }));
        }
    }
    function drawPoints() {
      const r = 8 * view[2] / width;
      element("points").replaceChildren(...[...points].map(([name, p]) => {
        const group = svg("g", { transform: `translate(${p.pixel.x} ${p.pixel.y})`, class: name === chosen ? "on" : "" });
        const title = svg("title", {});
        title.textContent = name;
        group.append(svg("circle", { r, "data-point": name }), svg("path", { d: `M${-r} 0H${r}M0 ${-r}V${r}` }), title);
        return group;
      }));
    }
    function drawPlan() {
      const up = y => court.is_clockwise ? y : court.length - y, r = Math.max(court.width, court.length) / 60;
      const plan = element("plan");
      plan.setAttribute("viewBox", `${-3 * r} ${-3 * r} ${court.width + 6 * r} ${court.length + 6 * r}`);
      plan.replaceChildren(
        ...court.lines.map(l => svg("polyline", { points: l.points.map(p => `${p.x},${up(p.y)}`).join(" ") })),
        ...names.map(name => {
          const p = court.landmarks[name], title = svg("title", {});
          const dot = svg("circle", { cx: p.x, cy: up(p.y), r, "data-name": name,
            class: name === chosen ? "on" : points.has(name) ? "set" : "" });
          title.textContent = name;
          dot.append(title);
          return dot;
        }));
    }
    function show() {
      const c = calibrate(), table = element("errors"), failed = typeof c === "string";
      const worst = failed ? 0 : Math.max(...c.errors), good = !failed && worst <= start.limit;
      drawLines(c); drawPoints(); drawPlan();
      element("message").textContent = failed ? c : good ? "" : `A point is ${worst.toFixed(0)} cm off; the limit is ${start.limit} cm.`;
      table.replaceChildren();
      [...points.keys()].forEach((name, i) => {
        const row = table.insertRow();
        row.insertCell().textContent = name;
        const cell = row.insertCell();
        cell.textContent = failed ? "" : c.landmarks.length === 4 ? "–" : `${c.errors[i].toFixed(1)} cm`;
        if (!failed && c.errors[i] > start.limit) cell.className = "bad";
      });
      const save = element("save"), text = good ? JSON.stringify({
        court, distortion: c.k, errors: c.errors, format: "kapao-court/1", homography: { rows: c.map },
        image_size: [width, height], landmarks: c.landmarks }, null, 2) + "\n" : "";
      element("json").textContent = text;
      if (good) save.href = "data:application/json," + encodeURIComponent(text); else save.removeAttribute("href");
    }
    const frame = element("frame");
    function pixel(event) {
      const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(frame.getScreenCTM().inverse());
      return { x: Math.round(at.x * 10) / 10, y: Math.round(at.y * 10) / 10 };
    }
    let dragged = null;
    frame.addEventListener("pointerdown", event => {
      event.preventDefault();
      dragged = event.target.dataset?.point ?? null;
      if (dragged) chosen = dragged;
      else {
        points.set(chosen, { pixel: pixel(event), court: court.landmarks[chosen] ?? points.get(chosen)?.court });
        dragged = chosen;
        chosen = names.find(name => !points.has(name)) ?? chosen;
      }
      show();
    });
    addEventListener("pointermove", event => {
      if (!dragged) return;
      points.get(dragged).pixel = pixel(event);
      show();
    });
    addEventListener("pointerup", () => { dragged = null; });
    frame.addEventListener("dblclick", event => {
      const name = event.target.dataset?.point;
      if (!name) return;
      points.delete(name);
      chosen = name;
      show();
    });
    frame.addEventListener("wheel", event => {
      event.preventDefault();
      const at = pixel(event), size = Math.min(Math.max(view[2] * Math.exp(event.deltaY / 500), width / 16), width), f = size / view[2];
      view = [at.x - (at.x - view[0]) * f, at.y - (at.y - view[1]) * f, size, view[3] * f];
      view[0] = Math.min(Math.max(view[0], 0), width - view[2]);
      view[1] = Math.min(Math.max(view[1], 0), height - view[3]);
      frame.setAttribute("viewBox", view.join(" "));
      drawPoints();
    }, { passive: false });
    element("plan").addEventListener("click", event => {
      if (!event.target.dataset?.name) return;
      chosen = event.target.dataset.name;
      show();
    });
    show();
    """#
}
