import { describe, expect, test } from 'vitest';
import { renderMarkdown } from './markdown.ts';

describe('a runbook', () => {
  test.each([
    {
      name: 'headings and paragraphs',
      markdown: '# Title\n\nOne\nline.\n\n## Next',
      html: '<h1>Title</h1>\n<p>One line.</p>\n<h2>Next</h2>',
    },
    {
      name: 'a list whose item goes over two lines',
      markdown: 'Do:\n\n- first\n  step\n- second\n\nThen rest.',
      html: '<p>Do:</p>\n<ul>\n<li>first step</li>\n<li>second</li>\n</ul>\n<p>Then rest.</p>',
    },
    { name: 'a numbered list', markdown: '1. a\n2. b', html: '<ol>\n<li>a</li>\n<li>b</li>\n</ol>' },
    {
      name: 'code in which nothing is markup',
      markdown: '```sh\n# no heading\ncurl "http://x/?a=1&b=2" | grep <b>\n```',
      html: '<pre># no heading\ncurl &quot;http://x/?a=1&amp;b=2&quot; | grep &lt;b&gt;</pre>',
    },
    {
      name: 'code spans, bold and links in a line',
      markdown: 'Run `docker ps **` on **the host**, see [docs](https://example.org/a?b=1&c=2).',
      html: '<p>Run <code>docker ps **</code> on <strong>the host</strong>, see <a href="https://example.org/a?b=1&amp;c=2">docs</a>.</p>',
    },
    {
      name: 'no HTML of its own and no link that runs a script',
      markdown: '<script>alert(1)</script> [x](javascript:alert(1)) [y](https://a"onclick=b)',
      html: '<p>&lt;script&gt;alert(1)&lt;/script&gt; [x](javascript:alert(1)) <a href="https://a&quot;onclick=b">y</a></p>',
    },
    { name: 'code that does not end', markdown: '```\nx', html: '<pre>x</pre>' },
  ])('has $name', ({ markdown, html }) => {
    expect(renderMarkdown(markdown)).toBe(html);
  });
});
