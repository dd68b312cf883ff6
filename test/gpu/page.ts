/**
 * What the browser loads: the suite, callable from the test.
 */
import { runChecks, walkTable } from './suite.js'

Object.assign(globalThis, { runChecks, walkTable })
