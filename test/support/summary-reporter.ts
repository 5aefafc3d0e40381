import { stripVTControlCharacters } from 'node:util';
import type { Reporter, TestModule } from 'vitest/node';

/** How many of the slowest tests are named. */
const slowestShown = 10;

/**
 * Says what was measured, which tests took longest, names every skipped test with its reason and every failed one with its first words, and closes with the line that
 * continuous integration reads: who keeps only the end of a long log still learns what failed. Vitest takes a reporter from its file's default export.
 */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const count = { passed: 0, failed: unhandled.length, skipped: 0 };
    const skipped: string[] = [];
    const measured: string[] = [];
    const durations: { readonly name: string; readonly ms: number }[] = [];
    const failed = unhandled.map((error) => `  outside of any test: ${firstLine(error)}`);
    for (const module of modules) {
      // A hook that failed leaves its tests without a result.
      for (const suite of [module, ...module.children.allSuites()]) {
        const [error] = suite.errors();
        if (!error) continue;
        count.failed += 1;
        const name = suite.type === 'suite' ? `: ${suite.fullName}` : '';
        failed.push(`  ${module.relativeModuleId}${name} (a hook, or the file itself): ${firstLine(error)}`);
      }
      for (const test of module.children.allTests()) {
        const result = test.result();
        if (result.state === 'failed')
          failed.push(`  ${module.relativeModuleId}: ${test.fullName}: ${firstLine(result.errors[0])}`);
        if (result.state === 'pending') continue;
        count[result.state] += 1;
        durations.push({ name: `${module.relativeModuleId}: ${test.fullName}`, ms: test.diagnostic()?.duration ?? 0 });
        for (const { message } of test.annotations()) measured.push(`  ${test.fullName}: ${message}`);
        if (result.state === 'skipped')
          skipped.push(`  ${module.relativeModuleId}: ${test.fullName}${result.note ? ` (${result.note})` : ''}`);
      }
    }
    // After the default reporter's own summary, so that this is the last line.
    setImmediate(() => {
      if (measured.length > 0) console.log(`Measured:\n${measured.join('\n')}`);
      const slowest = durations.sort((one, other) => other.ms - one.ms).slice(0, slowestShown);
      const lines = slowest.map(({ name, ms }) => `  ${(ms / 1_000).toFixed(1).padStart(6)} s  ${name}`);
      if (lines.length > 0) console.log(`Slowest:\n${lines.join('\n')}`);
      if (skipped.length > 0) console.log(`Skipped:\n${skipped.join('\n')}`);
      if (failed.length > 0) console.log(`Failed:\n${failed.join('\n')}`);
      console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
    });
  }
}

function firstLine(error: unknown): string {
  const message = typeof error === 'object' && error !== null && 'message' in error ? error.message : error;
  return stripVTControlCharacters(String(message)).split('\n', 1)[0] ?? '';
}
