/**
 * What the browser loads: the suite, callable from the test.
 */
import { mnistEpoch } from './mnist-epoch.js'
import { runChecks, walkTable } from './suite.js'

Object.assign(globalThis, { mnistEpoch, runChecks, walkTable })
