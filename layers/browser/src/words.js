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

const IDEOGRAPH = /\p{Script=Han}/u;

/**
 * How a map writes the names of its ground; empty where it leaves one off. On a Chinese map of ground whose names are
 * mostly Chinese, one in other letters alone is no official name. As in layers/ground/names.py.
 *
 * @param {Named[]} ground all that is seen of it
 * @param {Language} language
 * @returns {(thing: Named) => string}
 */
export function groundNames(ground, language) {
  const written = language === "en" ? [] : ground.map((thing) => words(thing, language)).filter(Boolean);
  const only = 2 * written.filter((name) => IDEOGRAPH.test(name)).length > written.length;
  return (thing) => {
    const name = short(words(thing, language));
    return only && !IDEOGRAPH.test(name) ? "" : name;
  };
}

/**
 * Whether an English map has only a Chinese name for a part of its ground.
 *
 * @param {Named} thing
 */
export function onlyChinese(thing) {
  return !thing.en && IDEOGRAPH.test(thing.zh);
}
