/** How lines begin that belong to the entry before them, in RE2's syntax: what runtimes write of an error, line by line. */
const patterns = [
  // Whatever is indented, and what is left empty in between.
  String.raw`\s`,
  '$',
  // The end of what was opened: a value or a block of code that is printed.
  String.raw`[\]})]+[,;]?$`,
  // Java.
  'Caused by: ',
  // Python.
  String.raw`Traceback \(most recent call last\):`,
  'During handling of the above exception',
  'The above exception was the direct cause',
  // Java, Python and Node: the name of an error and what it says. `Error: ` alone is what shells and tools write, each a line of its own.
  String.raw`(?:[A-Za-z_][\w$]*\.)*[A-Z]\w*(?:Error|Exception|Interrupt|Exit)(?:: |$)`,
  String.raw`Node\.js v\d`,
  // Go: the goroutine, its calls, and how it ended.
  String.raw`goroutine \d+ \[`,
  'created by ',
  String.raw`\[signal `,
  String.raw`panic\(`,
  String.raw`[\w./%-]+(?:\.\(\*?[\w.\[\]]+\))?(?:\.[\w\[\].-]+)+\(.*\)$`,
  String.raw`exit status \d+$`,
  // Rust.
  'stack backtrace:',
  'note: (?:run with|Some details)',
  // PHP and .NET.
  String.raw`#\d+ `,
  'Stack trace:',
  '--- End of ',
] as const;

export const continuationLine = `^(?:${patterns.join('|')})`;
