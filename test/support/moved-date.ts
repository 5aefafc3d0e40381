/**
 * Moves `Date` eight days ahead, in this process and in every Node that it starts. The unit tests run on that date, so that a written date beside
 * the real clock fails today and not in a week. File times, OpenSSL and programs that are no Node keep the machine's time: a test that makes a file
 * sets its times, and what is held against such a program asks `machineTime()`. `npm run test:calendar` moves all of them, by another means, and sets
 * `WATCHPOST_MOVED_DAYS=0`.
 */
const days = Number(process.env.WATCHPOST_MOVED_DAYS ?? 8);

const MachineDate = Date;
const movedNow = () => MachineDate.now() + days * 86_400_000;

const moved: DateConstructor = new Proxy(MachineDate, {
  apply: () => new MachineDate(movedNow()).toString(),
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length === 0 ? [movedNow()] : args, newTarget === moved ? target : newTarget),
  get: (target, key) => (key === 'now' ? movedNow : Reflect.get(target, key)),
});

// A child that inherits the option loads this file again, and a setup file is loaded once for each test file.
const marker = Symbol.for('watchpost.moved-date');
if (days !== 0 && !(marker in globalThis)) {
  Object.assign(globalThis, { Date: moved, [marker]: true });
  const load = `--import=${import.meta.url}`;
  const options = process.env.NODE_OPTIONS ?? '';
  if (!options.includes(load)) process.env.NODE_OPTIONS = `${options} ${load}`.trim();
}
