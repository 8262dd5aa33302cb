/// The page that shows all streams.
enum WebPage {
  static let html = """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>kapao-video</title>
    <link rel="stylesheet" href="/page.css">
    </head>
    <body>
    <header><h1>kapao-video</h1><p id="summary">loading</p><a href="/metrics">metrics</a><a href="/api/streams">JSON</a></header>
    <main id="streams"></main>
    <noscript><p>This page needs JavaScript; the pictures are at /streams/NAME.mjpg.</p></noscript>
    <script src="/page.js"></script>
    </body>
    </html>
    """
}
