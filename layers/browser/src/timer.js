/* How long somebody has been speaking: a clock that can be stopped and set back. */

export class Timer {
  /** @param {() => number} now in milliseconds */
  constructor(now) {
    this.now = now;
    this.before = 0;
    /**
     * When it was last started, if it runs.
     *
     * @type {number | null}
     */
    this.since = null;
  }

  get running() {
    return this.since !== null;
  }

  get milliseconds() {
    return this.before + (this.since === null ? 0 : this.now() - this.since);
  }

  /** Start it, or stop it where it runs. */
  toggle() {
    this.before = this.milliseconds;
    this.since = this.running ? null : this.now();
  }

  /** Begin anew, running if it ran. */
  reset() {
    this.before = 0;
    if (this.running) this.since = this.now();
  }

  /** As minutes and seconds, from an hour on with hours. */
  toString() {
    const seconds = Math.floor(this.milliseconds / 1000);
    const parts = [Math.floor(seconds / 60) % 60, seconds % 60].map((part) => String(part).padStart(2, "0"));
    const hours = Math.floor(seconds / 3600);
    return (hours ? `${hours}:` : "") + parts.join(":");
  }
}
