import type { Reporter, TestModule } from 'vitest/node';

/**
 * Says what was measured, names every skipped test with its reason, and closes with the line that continuous integration reads. Vitest takes a
 * reporter from its file's default export.
 */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const count = { passed: 0, failed: unhandled.length, skipped: 0 };
    const skipped: string[] = [];
    const measured: string[] = [];
    for (const module of modules) {
      // A hook that failed leaves its tests without a result.
      for (const suite of [module, ...module.children.allSuites()]) if (suite.errors().length > 0) count.failed += 1;
      for (const test of module.children.allTests()) {
        const result = test.result();
        if (result.state === 'pending') continue;
        count[result.state] += 1;
        for (const { message } of test.annotations()) measured.push(`  ${test.fullName}: ${message}`);
        if (result.state === 'skipped')
          skipped.push(`  ${module.relativeModuleId}: ${test.fullName}${result.note ? ` (${result.note})` : ''}`);
      }
    }
    // After the default reporter's own summary, so that this is the last line.
    setImmediate(() => {
      if (measured.length > 0) console.log(`Measured:\n${measured.join('\n')}`);
      if (skipped.length > 0) console.log(`Skipped:\n${skipped.join('\n')}`);
      console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
    });
  }
}
