/**
 * What the pages do beyond TypeDoc's script. Its search finds what holds any of the words, so "a" finds everything: words that say
 * nothing are left out of what it reads from the field. And a name that the side-bar cuts is shown whole under the pointer.
 */
const empty = /(^|\s)(an?|the|my|i|is|are|do|does|how|what|why|to|of|in|on|for|from|with|and|or|it)(?=\s)/gi
const field = document.getElementById('tsd-search-input')
const { get, set } = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')

Object.defineProperty(field, 'value', { get: () => get.call(field).replace(empty, ''), set })

document.addEventListener('pointerover', ({ target }) => {
  const link = target.closest('.tsd-navigation a, .tsd-page-navigation a')
  if (link) link.title = link.textContent
})
