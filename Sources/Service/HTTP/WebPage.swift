/// The page that shows all streams. Its links are relative, so that it works below any path of a proxy.
enum WebPage {
  static let html = """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>kapao-video</title>
    <link rel="stylesheet" href="page.css">
    </head>
    <body>
    <header><h1>kapao-video</h1><p id="summary">loading</p><a href="metrics">metrics</a><a href="api/streams">JSON</a></header>
    <main id="streams"></main>
    <noscript><p>This page needs JavaScript; the pictures are at streams/NAME.mjpg.</p></noscript>
    <script src="page.js"></script>
    </body>
    </html>
    """
}

extension WebPage {
  static let style = """
    :root { color-scheme: dark; --line: #2a313b; --dim: #8b97a7; }
    * { box-sizing: border-box; }
    body { margin: 0; background: #0f1318; color: #e8edf3; font: 15px/1.45 system-ui, "DejaVu Sans", sans-serif; }
    header { display: flex; gap: 1.2rem; align-items: baseline; padding: .8rem 1.2rem; border-bottom: 1px solid var(--line); }
    h1 { font-size: 1.1rem; margin: 0; }
    header p { margin: 0; color: var(--dim); flex: 1; }
    a { color: #7db7ff; text-decoration: none; }
    main { display: grid; gap: 1rem; padding: 1rem 1.2rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); }
    article { background: #171d24; border: 1px solid var(--line); border-radius: 8px; overflow: hidden; }
    .view { display: flex; background: #000; }
    .view img { display: block; flex: 1; min-width: 0; aspect-ratio: 16 / 9; object-fit: contain; }
    .view .court { flex: 0 0 28%; aspect-ratio: auto; padding: .4rem; background: #171d24; }
    .players { margin: 0; padding: 0 .8rem .6rem; font-variant-numeric: tabular-nums; font-size: .85rem; }
    .players:empty { display: none; }
    .title { display: flex; gap: .6rem; align-items: center; padding: .6rem .8rem 0; }
    .title h2 { font-size: 1rem; margin: 0; flex: 1; overflow-wrap: anywhere; }
    .state { font-size: .8rem; padding: .1rem .55rem; border-radius: 1rem; background: #4a3a12; color: #ffd479; }
    .state.streaming { background: #12402b; color: #79e0a8; }
    .state.ended { background: #333b46; color: #c3ccd8; }
    dl { display: grid; grid-template-columns: repeat(4, 1fr); gap: .5rem; margin: 0; padding: .6rem .8rem; }
    dt { color: var(--dim); font-size: .75rem; }
    dd { margin: 0; font-variant-numeric: tabular-nums; }
    .note { margin: 0; padding: 0 .8rem .7rem; color: var(--dim); font-size: .8rem; overflow-wrap: anywhere; }
    .error { color: #ff9c8f; }
    """
}

extension WebPage {
  static let script = #"""
    "use strict";
    // Browsers keep six connections to a server: with more streams than four, pictures are fetched one by one.
    const movingAtMost = 4;
    const cards = new Map();
    const list = document.getElementById("streams");
    const summary = document.getElementById("summary");
    const facts = ["arriving", "processed", "latency p95", "network p50", "people", "dropped", "skipped", "outages"];

    function element(name, parent, className) {
      const made = document.createElement(name);
      if (className) made.className = className;
      parent.appendChild(made);
      return made;
    }

    function card(name) {
      const root = element("article", list);
      const view = element("div", root, "view");
      const picture = element("img", view);
      picture.alt = name;
      const title = element("div", root, "title");
      element("h2", title).textContent = name;
      const state = element("span", title, "state");
      const values = {};
      const table = element("dl", root);
      for (const fact of facts) {
        const cell = element("div", table);
        element("dt", cell).textContent = fact;
        values[fact] = element("dd", cell);
      }
      const players = element("p", root, "players");
      return { root, view, picture, players, state, values, note: element("p", root, "note"), error: element("p", root, "note error") };
    }

    const rate = value => value.toFixed(1) + " /s";
    const milliseconds = value => value === undefined ? "–" : Math.round(value * 1000) + " ms";

    function show(stream, moving) {
      if (!cards.has(stream.name)) cards.set(stream.name, card(stream.name));
      const made = cards.get(stream.name);
      const path = "streams/" + encodeURIComponent(stream.name);
      made.stream = stream;
      made.wantsMotion = moving;
      if (moving && !made.isPlaying) play(made, path + ".mjpg");
      if (!moving && !made.isPlaying && stream.counters.processed > 0) made.picture.src = path + ".jpg?" + Date.now();
      made.state.textContent = stream.state + (stream.retry_in ? " " + Math.ceil(stream.retry_in) + " s" : "");
      made.state.className = "state " + stream.state;
      const values = made.values;
      values["arriving"].textContent = rate(stream.source_rate);
      values["processed"].textContent = rate(stream.processed_rate);
      values["latency p95"].textContent = milliseconds(stream.latency?.p95);
      values["network p50"].textContent = milliseconds(stream.inference?.p50);
      values["people"].textContent = stream.people;
      values["dropped"].textContent = stream.counters.dropped;
      values["skipped"].textContent = stream.counters.skipped;
      values["outages"].textContent = stream.outages;
      const size = stream.width ? " · " + stream.width + "×" + stream.height : "";
      made.note.textContent = stream.source + size;
      const broken = stream.outputs.filter(output => output.last_error && !output.is_open);
      made.players.textContent = (stream.players ?? []).map(player => player.track_id + ": " + [
        player.position.speed_m_s === undefined ? "" : player.position.speed_m_s.toFixed(1) + " m/s",
        player.position.distance_m.toFixed(0) + " m", ...Object.values(player.position.zones)].filter(Boolean).join(", ")).join(" · ");
      if (stream.court && !made.court) follow(made, path + ".svg", stream.court.name);
      made.error.textContent = [stream.last_error, stream.court?.error, ...broken.map(output => output.last_error)].filter(Boolean).join(" · ");
    }

    const wait = milliseconds => new Promise(done => setTimeout(done, milliseconds));

    // The JPEGs of a multipart/x-mixed-replace answer. An <img> would show them too, but would not tell that they ceased.
    async function* pictures(answer, isAlive) {
      const reader = answer.body.getReader();
      let bytes = new Uint8Array(0);
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        isAlive();
        const longer = new Uint8Array(bytes.length + value.length);
        longer.set(bytes);
        longer.set(value, bytes.length);
        bytes = longer;
        for (;;) {
          const head = /^[^]*?\r\n\r\n/.exec(String.fromCharCode(...bytes.subarray(0, 400)))?.[0];
          if (!head) break;
          const end = head.length + Number(/Content-Length: (\d+)/i.exec(head)?.[1] ?? 0);
          if (bytes.length < end) break;
          if (end > head.length) yield bytes.slice(head.length, end);
          bytes = bytes.subarray(end);
        }
      }
    }

    async function draw(image, bytes, type = "image/jpeg") {
      const address = URL.createObjectURL(new Blob([bytes], { type }));
      // One that cannot be shown is left out.
      await new Promise(done => {
        image.onload = image.onerror = done;
        image.src = address;
      });
      URL.revokeObjectURL(address);
    }

    // Shows a moving picture and begins again, later each time, when its connection breaks or there is no place for one
    // more viewer. The server sends something every ten seconds.
    async function play(made, path) {
      made.isPlaying = true;
      let pause = 500;
      while (made.wantsMotion) {
        const stop = new AbortController();
        let alarm = setTimeout(() => stop.abort(), 15000);
        const isAlive = () => {
          clearTimeout(alarm);
          alarm = setTimeout(() => stop.abort(), 15000);
        };
        const start = made.stream.started_at;
        try {
          const answer = await fetch(path, { signal: stop.signal, cache: "no-store" });
          if (!answer.ok) throw new Error(answer.statusText);
          for await (const jpeg of pictures(answer, isAlive)) {
            await draw(made.picture, jpeg);
            pause = 500;
            if (!made.wantsMotion) break;
          }
        } catch {
          // It begins again below.
        }
        clearTimeout(alarm);
        stop.abort();
        do {
          await wait(pause);
          pause = Math.min(pause * 2, 8000);
          // A stream that has come to its end has no further picture until it is started anew.
        } while (made.wantsMotion && made.stream.state === "ended" && made.stream.started_at === start);
      }
      made.isPlaying = false;
    }

    // The court from above beside the picture, five times a second.
    async function follow(made, path, name) {
      made.court = element("img", made.view, "court");
      made.court.alt = name + " court from above";
      while (cards.get(made.stream.name) === made && made.stream.court) {
        try {
          const answer = await fetch(path, { cache: "no-store" });
          if (answer.ok) await draw(made.court, await answer.arrayBuffer(), "image/svg+xml");
        } catch {
          // The next one follows.
        }
        await wait(200);
      }
      made.court.remove();
      made.court = undefined;
    }

    async function update() {
      try {
        const answer = await fetch("api/streams");
        if (!answer.ok) throw new Error(answer.statusText);
        const streams = await answer.json();
        for (const stream of streams) show(stream, streams.length <= movingAtMost);
        for (const [name, made] of cards) {
          if (streams.some(stream => stream.name === name)) continue;
          made.root.remove();
          made.wantsMotion = false;
          cards.delete(name);
        }
        const up = streams.filter(stream => stream.state === "streaming").length;
        summary.textContent = up + " of " + streams.length + " streams give pictures";
      } catch (error) {
        summary.textContent = "no answer from the server";
        for (const made of cards.values()) {
          made.state.textContent = "unknown";
          made.state.className = "state";
        }
      }
      setTimeout(update, 1000);
    }

    update();
    """#
}
