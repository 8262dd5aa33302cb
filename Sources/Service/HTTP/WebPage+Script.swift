extension WebPage {
  static let script = """
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
      const picture = element("img", root);
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
      return { root, picture, state, values, note: element("p", root, "note"), error: element("p", root, "note error"), moving: null };
    }

    const rate = value => value.toFixed(1) + " /s";
    const milliseconds = value => value === undefined ? "–" : Math.round(value * 1000) + " ms";

    function show(stream, moving) {
      if (!cards.has(stream.name)) cards.set(stream.name, card(stream.name));
      const made = cards.get(stream.name);
      const path = "/streams/" + encodeURIComponent(stream.name);
      // A stream that was started anew has another picture under the same name.
      if (moving && made.moving !== stream.started_at) made.picture.src = path + ".mjpg?" + stream.started_at;
      if (!moving && stream.counters.processed > 0) made.picture.src = path + ".jpg?" + Date.now();
      made.moving = moving ? stream.started_at : null;
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
      made.error.textContent = [stream.last_error, ...broken.map(output => output.last_error)].filter(Boolean).join(" · ");
    }

    async function update() {
      try {
        const answer = await fetch("/api/streams");
        if (!answer.ok) throw new Error(answer.statusText);
        const streams = await answer.json();
        for (const stream of streams) show(stream, streams.length <= movingAtMost);
        for (const [name, made] of cards) {
          if (streams.some(stream => stream.name === name)) continue;
          made.root.remove();
          cards.delete(name);
        }
        const up = streams.filter(stream => stream.state === "streaming").length;
        summary.textContent = up + " of " + streams.length + " streams give pictures";
      } catch (error) {
        summary.textContent = "no answer from the server";
        for (const made of cards.values()) made.moving = null;
      }
      setTimeout(update, 1000);
    }

    update();
    """
}
