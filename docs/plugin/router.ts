/**
 * Where pages are: guides keep the names of their files, `guides/06-adamw.html`; the reference goes by kind, `classes/AdamW.html`.
 */
import { basename, dirname } from 'node:path'
import { KindRouter, type Reflection } from 'typedoc'
import { pathOf } from './assign.js'

/** TypeDoc's own, except for documents. */
export class SiteRouter extends KindRouter {
  protected override getIdealBaseName(reflection: Reflection): string {
    if (!reflection.isDocument()) return super.getIdealBaseName(reflection)
    const path = pathOf(reflection)
    return `${basename(dirname(path))}/${basename(path, '.md')}`
  }
}
