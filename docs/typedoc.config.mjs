/**
 * How TypeDoc makes the site. What it cannot do by options is in `plugin/`; `build.ts` runs it.
 */
import markdownItMath from 'markdown-it-math/temml'
import { categoryOrder } from './plugin/categories.ts'
import { plugin } from './plugin/plugin.ts'

/** @type {Partial<import('typedoc').TypeDocOptions>} */
export default {
  name: 'nabla',
  entryPoints: ['exports.ts'],
  tsconfig: '../tsconfig.json',
  readme: 'home.md',
  alwaysCreateEntryPointModule: false,
  projectDocuments: ['guides/*.md', 'decisions/*.md'],
  plugin: [plugin],
  router: 'site',

  // Links to the source lead to pages of the site, which plugin/sources.ts writes
  disableGit: true,
  sourceLinkTemplate: 'source:{path}#L{line}',
  basePath: '..',
  displayBasePath: '..',
  hideGenerator: true,
  excludeExternals: true,
  excludeInternal: true,
  excludePrivate: true,
  skipErrorChecking: true, // `npm run types` does

  categorizeByGroup: false,
  categoryOrder,
  defaultCategory: 'Other',
  kindSortOrder: ['Document', 'Class', 'Function', 'Variable', 'Interface', 'TypeAlias', 'Namespace'],
  groupOrder: ['Constructors', 'Properties', 'Accessors', 'Methods', '*'],
  sort: ['kind', 'source-order'],
  navigation: { includeCategories: true, includeGroups: false, includeFolders: false, compactFolders: false },
  visibilityFilters: { protected: false, inherited: true },
  includeHierarchySummary: true,
  searchInComments: true,
  searchInDocuments: true,
  searchCategoryBoosts: { Guides: 3, 'Coming from': 2, Decisions: 2, Optimizers: 2, Layers: 1.5, Tensor: 1.5 },

  customCss: 'theme/nabla.css',
  customJs: 'theme/site.js',
  favicon: 'theme/favicon.svg',
  lightHighlightTheme: 'light-plus',
  darkHighlightTheme: 'github-dark',
  highlightLanguages: ['ts', 'js', 'json', 'bash', 'sh', 'python', 'html', 'css', 'console', 'wasm', 'diff'],
  markdownItLoader: (parser) => parser.use(markdownItMath, { temmlOptions: { throwOnError: true } }),

  // biome-ignore format: a list
  blockTags: [
    '@param', '@returns', '@throws', '@example', '@see', '@default', '@defaultValue', '@typeParam', '@remarks', '@category',
    '@group', '@deprecated', '@options', '@gradient', '@row', '@equivalents', '@import',
  ],

  // A warning is an error
  treatWarningsAsErrors: true,
  treatValidationWarningsAsErrors: true,
  validation: { notExported: true, invalidLink: true, invalidPath: true, rewrittenLink: true, notDocumented: true },
  // What only types of the reference name, and readers need not
  // biome-ignore format: a list
  intentionallyNotExported: [
    'Node', 'Functions', 'Method', 'noMethods', 'Resolved',
    'AnySchedule', 'ItemOf', 'Api', 'Extras', 'Trimmed',
    'KernelLayerOptions', 'KerasObject', 'constraints', 'ConfigRules', 'Rank', 'NamedActivation', 'Projection', 'PrimitiveRow', 'Windows',
    'Cell', 'Check', 'Sliding', 'Histogram', 'Counts', 'ClassCounts', 'Sums', 'StepInputs', 'OptionRules', 'Ranges', 'Choice', 'Rows',
  ],
  // biome-ignore format: a list
  requiredToBeDocumented: [
    'EnumMember', 'Variable', 'Function', 'Class', 'Interface', 'Constructor', 'Property', 'Method', 'Accessor', 'TypeAlias',
    'Namespace',
  ],
}
