/** The demo app's page: what it does now, and a button for every way to break it. Works without styles from elsewhere. */
export function demoPage(modes: Readonly<Record<string, string>>, current: string): string {
  const rows = Object.entries(modes)
    .map(
      ([mode, means]) =>
        `<li><button data-mode="${mode}"${mode === current ? ' class="now"' : ''}>${mode}</button> ${means}</li>`,
    )
    .join('\n');
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Watchpost demo</title>
<style>
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
  body { max-width: 34rem; margin: 2rem auto; padding: 0 1rem; }
  li { list-style: none; margin: .6rem 0; }
  ul { padding: 0; }
  button { font: inherit; min-width: 9rem; padding: .3rem .8rem; margin-right: .6rem; cursor: pointer; }
  .now { font-weight: bold; outline: 2px solid; }
</style>
<h1>Demo app</h1>
<p>Break it, and a page arrives within seconds. Set it back to <b>none</b>, and the resolve follows.</p>
<ul>
${rows}
</ul>
<script>
  for (const button of document.querySelectorAll('button')) button.onclick = async () => {
    await fetch('/misbehave', { method: 'POST', body: JSON.stringify({ mode: button.dataset.mode }) });
    location.reload();
  };
</script>
</html>
`;
}
