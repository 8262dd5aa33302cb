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
    article img { display: block; width: 100%; aspect-ratio: 16 / 9; object-fit: contain; background: #000; }
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
