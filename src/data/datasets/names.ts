/**
 * Given names, to learn language from letters.
 */
import { tensor } from '../../tensor/creation.js'
import type { Tensor } from '../../tensor/tensor.js'
import type { DataSource, NamedData } from './dataset-values.js'

/** Names with their languages. */
export interface NamesData extends Pick<NamedData, 'labels'> {
  /** The names, in lower case. */
  readonly x: readonly string[]
  /** The number of the language of each: int32, [count]. */
  readonly y: Tensor
  /** The origin of the data, and its licence. */
  readonly source: DataSource
}

/** Names by language; a list of our own. */
const byLanguage: Readonly<Record<string, string>> = {
  english:
    'alice arthur ashley barbara beth brian carol charles chester clifford daisy dorothy dudley edgar edith edward elizabeth emily ethel ethan florence george gilbert gladys graham grace hazel heather henry howard hugh ivy jack james joyce kenneth kimberley lesley lucy mabel margaret mildred nancy nigel oliver percy phyllis ralph reginald roger rose ruth sidney stanley stephen terence thomas timothy victoria walter wendy wilfred william',
  finnish:
    'aino aki aleksi anneli antti armas arto eero eeva eija eino elina esa hannele hannu heikki helvi hilkka ilkka ilmari inkeri irja jaakko jari jorma jouko juhani jukka jussi kaarina kaisa kalevi kari katri keijo kerttu kirsi kyllikki lauri leena liisa maija marjatta marko matti mika mikko minna niilo olavi onni outi pekka pentti pirkko päivi raija raimo risto ritva saara sanna satu seppo sirkka taisto tapani tarja teemu terhi timo toivo tuomas tuula tuulikki tyyne ulla urho veikko väinö yrjö',
  french:
    'adèle adrien agathe aimée alain amélie antoine arnaud aurélie baptiste béatrice benoît bernadette brigitte camille cécile céline chantal chloé christophe claire claudine clément colette damien delphine denis didier dominique édith élodie émile étienne fabienne florian françois gaston geneviève gérard gilles guillaume guy hélène henri hervé jacques jean joséphine julien laurent léon lucien madeleine manon marcel margaux mathieu maxime michel monique nathalie noémie olivier pascal philippe pierre quentin rémi renée sébastien sylvie thérèse thibault valérie véronique xavier yves',
  german:
    'adelheid albrecht anneliese armin astrid bernd berthold birgit brunhilde burkhard christa detlef dieter dietrich dorothea eckhard edeltraud ernst erwin franz friedrich fritz gerhard gertrud gisela günther hannelore hans hartmut hedwig heike heinrich heinz helga helmut herbert hermann hildegard horst ingeborg irmgard joachim johannes jürgen jutta karl karlheinz klaus kurt liesel lothar ludwig manfred margarethe matthias otto reinhard renate roland rudolf sabine siegfried sigrid stefan susanne traudel ulrich ursula uwe volker waltraud werner wilhelm winfried wolfgang',
  italian:
    'adriana agnese alberto alessandra alessio angelo antonella benedetta bruno camilla carlo carmela chiara claudio concetta cosimo davide domenico donatella elena elisabetta emanuele enrico enzo eugenio fabio fabrizio federica filippo francesca gabriele gaetano giacomo gianluca gino giorgio giovanni giulia giuseppe graziella guido ilaria lorenzo luca lucia luigi marcello marina massimo matteo mirella nicola ornella paolo patrizia piero raffaele renato riccardo roberta rocco rosario salvatore sergio silvia simona stefano tommaso umberto valentina vincenzo vittorio',
  japanese:
    'aiko akane akemi akihiko akira asami atsushi aya ayumi chihiro chiyo daichi daisuke eiji emi etsuko fumiko fumio goro hana haruka haruki hayato hideki hideo hikari hiroko hiroshi hisashi ichiro isamu izumi jiro jun junko kaori katsumi kazuko kazuo keiko kenichi kenji kenta kiyoshi koji kumiko mai makoto mariko masako masao michiko midori minoru misaki mitsuko naoki naomi natsuki noboru nobuko norio reiko ren rika ryo ryota sachiko sakura satoshi sayaka shigeru shinji shiori shota sumiko susumu tadashi takashi takeshi tamiko taro tetsuo tomoko toshiro tsutomu yasuko yoko yoshio yuki yumiko yusuke yutaka',
}

/**
 * 461 given names in six languages, in lower case: letters to learn a language from, or to make up new names with.
 *
 * @example
 * const { x, y, labels } = names()
 * x[0] // => 'alice'
 * labels // => ['english', 'finnish', 'french', 'german', 'italian', 'japanese']
 * y.shape // => [461]
 */
export function names(): NamesData {
  const labels = Object.keys(byLanguage)
  const pairs = labels.flatMap((label, i) => byLanguage[label].split(' ').map((name) => [name, i] as const))
  return {
    x: pairs.map(([name]) => name),
    y: tensor(
      pairs.map(([, language]) => language),
      { dtype: 'int32' },
    ),
    labels,
    source: {
      title: 'Given names',
      authors: 'the authors of nabla',
      url: 'https://creativecommons.org/publicdomain/zero/1.0/',
      licence: 'CC0 1.0',
    },
  }
}
