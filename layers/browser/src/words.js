/* The words of a site, task, layer or group in the language of the Scene. */

/** @import { Language, Named } from "./types" */

/**
 * @param {Named} thing
 * @param {Language} language
 */
export function words(thing, language) {
  return language === "en" ? thing.en || thing.zh : thing.zh || thing.en;
}
