/* Before each file of tests: which examples property tests try. */

import fc from "fast-check";
import { inject } from "vitest";

// @ts-expect-error what is provided is typed by a declaration that only this would need
const seed = inject("seed");
if (seed) fc.configureGlobal({ seed });
