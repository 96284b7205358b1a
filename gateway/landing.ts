/** Returns the page at `/`: what this server is, and its URLs. The browser computes the URLs, so they are correct behind a proxy too. */
export function landingHtml({ graphiql, demo }: { readonly graphiql: boolean; readonly demo: boolean }): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>MPIM</title>
<link rel="icon" href="data:,">
<style>
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 42rem; margin: 4rem auto; padding: 0 1rem; color-scheme: light dark; }
  h1 { margin-bottom: 0; }
  dt { font-weight: 600; margin-top: 1rem; }
  dd { margin: 0; }
  code { font: 0.9em ui-monospace, monospace; }
</style>
</head>
<body>
<h1>MPIM</h1>
<p>A chat server that speaks GraphQL. Every conversation is a log of numbered entries: nothing lost, nothing twice, in order.</p>
<dl>
  ${demo ? '<dt>See it</dt><dd><a href="/demo/">The demo app</a>: a small chat. Open it in two windows, as two people.</dd>' : ''}
  ${graphiql ? '<dt>Try it</dt><dd><a href="/graphql">GraphiQL</a>: tabs to sign up, talk to somebody and watch it arrive.</dd>' : ''}
  <dt>Queries, mutations, and subscriptions as server-sent events</dt>
  <dd><code data-scheme="http">/graphql</code></dd>
  <dt>Subscriptions over WebSocket (graphql-transport-ws)</dt>
  <dd><code data-scheme="ws">/graphql</code></dd>
  <dt>Signed in</dt>
  <dd><code>Authorization: Bearer …</code> over HTTP; over WebSocket <code>{"authorization": "Bearer …"}</code> in connection_init.</dd>
  <dt>Health</dt>
  <dd><a href="/health/live">/health/live</a>, <a href="/health/ready">/health/ready</a></dd>
  <dt>Reading</dt>
  <dd>README.md and docs/ in the source; every type and field is described in the schema itself.</dd>
</dl>
<script>
  for (const code of document.querySelectorAll('[data-scheme]')) {
    code.textContent = location.protocol.replace('http', code.dataset.scheme) + '//' + location.host + code.textContent;
  }
</script>
</body>
</html>
`;
}
