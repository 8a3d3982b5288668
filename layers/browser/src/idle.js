/* Work for when there is time. */

/**
 * @param {() => void} task
 * @param {number} delay in milliseconds, before which it does not start
 */
export function whenIdle(task, delay) {
  setTimeout(() => {
    if (window.requestIdleCallback) window.requestIdleCallback(task);
    else task();
  }, delay);
}
