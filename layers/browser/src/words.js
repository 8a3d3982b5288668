/* The words of a site, task, layer or group in the language of the Scene. */

/** @import { Language, Named } from "./types" */

/**
 * @param {Named} thing
 * @param {Language} language
 */
export function words(thing, language) {
  return language === "en" ? thing.en || thing.zh : thing.zh || thing.en;
}

/**
 * A name as maps print it along a line, without what it has in brackets.
 *
 * @param {string} name
 */
export function short(name) {
  return name.split(/[（(]/)[0].trim();
}
