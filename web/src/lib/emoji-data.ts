/** Emoji by what they show: each with its name in Unicode and, behind a semicolon, other words it is looked for by. */
export const emojiData = {
  faces:
    '😀grinning face;happy smile|😁grinning face with smiling eyes|😂face with tears of joy;lol laugh haha joy|😃smiling face with open mouth|' +
    '😄smiling face with open mouth and smiling eyes|😅smiling face with open mouth and cold sweat;phew sweat|' +
    '😆smiling face with open mouth and tightly-closed eyes|😇smiling face with halo|😈smiling face with horns|😉winking face;wink|' +
    '😊smiling face with smiling eyes;happy blush|😋face savouring delicious food|😌relieved face|😍smiling face with heart-shaped eyes;love heart eyes|' +
    '😎smiling face with sunglasses;cool|😏smirking face|😐neutral face|😑expressionless face|😒unamused face|😓face with cold sweat|' +
    '😔pensive face;sad sorry|😕confused face|😖confounded face|😗kissing face|😘face throwing a kiss;kiss love|😙kissing face with smiling eyes|' +
    '😚kissing face with closed eyes|😛face with stuck-out tongue|😜face with stuck-out tongue and winking eye;joke|' +
    '😝face with stuck-out tongue and tightly-closed eyes|😞disappointed face|😟worried face|😠angry face;angry|😡pouting face;angry mad|' +
    '😢crying face;cry sad|😣persevering face|😤face with look of triumph|😥disappointed but relieved face|😦frowning face with open mouth|' +
    '😧anguished face|😨fearful face|😩weary face|😪sleepy face|😫tired face|😬grimacing face|😭loudly crying face;cry sad sob|😮face with open mouth|' +
    '😯hushed face|😰face with open mouth and cold sweat|😱face screaming in fear;shock scream|😲astonished face|😳flushed face|😴sleeping face|' +
    '😵dizzy face|😶face without mouth|😷face with medical mask|😸grinning cat face with smiling eyes|😹cat face with tears of joy|' +
    '😺smiling cat face with open mouth|😻smiling cat face with heart-shaped eyes|😼cat face with wry smile|😽kissing cat face with closed eyes|' +
    '😾pouting cat face|😿crying cat face|🙀weary cat face|🙁slightly frowning face;sad|🙂slightly smiling face;smile|🙃upside-down face|' +
    '🙄face with rolling eyes;eyeroll|☹️white frowning face|☺️white smiling face|❣️heavy heart exclamation mark ornament|' +
    '❤️heavy black heart;love red heart|👻ghost|👽extraterrestrial alien|👾alien monster|👿imp|💀skull;dead|💋kiss mark|💌love letter|💓beating heart|' +
    '💔broken heart;broken|💕two hearts|💖sparkling heart|💗growing heart|💘heart with arrow|💙blue heart|💚green heart|💛yellow heart|💜purple heart|' +
    '💝heart with ribbon|💞revolving hearts|💟heart decoration|💢anger symbol|💤sleeping symbol|💥collision symbol|💦splashing sweat symbol|' +
    '💩pile of poo;poo|💫dizzy symbol|💬speech balloon|💭thought balloon|💯hundred points symbol;hundred perfect|🖤black heart|🤍white heart|🤎brown heart|' +
    '🤐zipper-mouth face|🤑money-mouth face|🤒face with thermometer|🤓nerd face|🤔thinking face;hmm think|🤕face with head-bandage|🤖robot face|' +
    '🤗hugging face;hug|🤠face with cowboy hat|🤡clown face|🤢nauseated face|🤣rolling on the floor laughing;lol rofl laugh|🤤drooling face|🤥lying face|' +
    '🤦face palm;facepalm|🤧sneezing face|🤨face with one eyebrow raised|🤩grinning face with star eyes|🤪grinning face with one large and one small eye|' +
    '🤫face with finger covering closed lips|🤬serious face with symbols covering mouth|🤭smiling face with smiling eyes and hand covering mouth|' +
    '🤮face with open mouth vomiting|🤯shocked face with exploding head|🥰smiling face with smiling eyes and three hearts;love adore|🥱yawning face|' +
    '🥲smiling face with tear|🥳face with party horn and party hat;party celebrate|🥴face with uneven eyes and wavy mouth|🥵overheated face|' +
    '🥶freezing face|🥸disguised face|🥹face holding back tears|🥺face with pleading eyes|🧐face with monocle|🧡orange heart|🫠melting face|' +
    '🫡saluting face|🫢face with open eyes and hand over mouth|🫣face with peeking eye|🫤face with diagonal mouth|🫥dotted line face|🫦biting lip|' +
    '🫧bubbles',
  people:
    '☝️white up pointing index|✊raised fist|✋raised hand|✌️victory hand|✍️writing hand|🏂snowboarder|🏃runner|🏄surfer|🏇horse racing|🏊swimmer|' +
    '👀eyes;look|👁️eye|👂ear|👃nose|👄mouth|👅tongue|👆white up pointing backhand index|👇white down pointing backhand index|' +
    '👈white left pointing backhand index|👉white right pointing backhand index|👊fisted hand sign|👋waving hand sign;hello hi bye wave|' +
    '👌ok hand sign;ok perfect|👍thumbs up sign;+1 ok yes like thumbsup good|👎thumbs down sign;-1 no dislike thumbsdown bad|' +
    '👏clapping hands sign;clap applause bravo|👐open hands sign|👑crown|👒womans hat|👓eyeglasses|👔necktie|👕t-shirt|👖jeans|👗dress|👘kimono|👙bikini|' +
    '👚womans clothes|👛purse|👜handbag|👝pouch|👞mans shoe|👟athletic shoe|👠high-heeled shoe|👡womans sandal|👢womans boots|👣footprints|' +
    '👤bust in silhouette|👥busts in silhouette|👦boy|👧girl|👨man|👩woman|👪family|👫man and woman holding hands|👬two men holding hands|' +
    '👭two women holding hands|👮police officer|👯woman with bunny ears|👰bride with veil|👱person with blond hair|👲man with gua pi mao|👳man with turban|' +
    '👴older man|👵older woman|👶baby|👷construction worker|👸princess|👹japanese ogre|👺japanese goblin|👼baby angel|💁information desk person|' +
    '💂guardsman|💃dancer|💄lipstick|💅nail polish|💆face massage|💇haircut|💪flexed biceps;strong muscle|🕺man dancing|' +
    '🖐️raised hand with fingers splayed|🖖raised hand with part between middle and ring fingers|🙅face with no good gesture|🙆face with ok gesture|' +
    '🙇person bowing deeply|🙈see-no-evil monkey;oops|🙉hear-no-evil monkey|🙊speak-no-evil monkey|🙋happy person raising one hand|' +
    '🙌person raising both hands in celebration;hooray praise|🙍person frowning|🙎person with pouting face|' +
    '🙏person with folded hands;please thanks thank you pray|🚣rowboat|🚴bicyclist|🚵mountain bicyclist|🚶pedestrian|🛀bath|🛌sleeping accommodation|' +
    '🤌pinched fingers|🤏pinching hand|🤘sign of the horns|🤙call me hand|🤚raised back of hand|🤛left-facing fist|🤜right-facing fist|' +
    '🤝handshake;deal agreement|🤞hand with index and middle fingers crossed;luck hope|🤟i love you hand sign|🤰pregnant woman|🤱breast-feeding|' +
    '🤲palms up together|🤳selfie|🤴prince|🤵man in tuxedo|🤶mother christmas|🤷shrug;dunno|🤸person doing cartwheel|🤹juggling|🤺fencer|🤼wrestlers|' +
    '🤽water polo|🤾handball|🥷ninja|🦵leg|🦶foot|🦷tooth|🦸superhero|🦹supervillain|🦻ear with hearing aid|🧍standing person|🧎kneeling person|' +
    '🧏deaf person|🧑adult|🧒child|🧓older adult|🧔bearded person|🧕person with headscarf|🧖person in steamy room|🧗person climbing|' +
    '🧘person in lotus position|🧙mage|🧚fairy|🧛vampire|🧜merperson|🧝elf|🧞genie|🧟zombie|🫀anatomical heart|🫁lungs|🫂people hugging|🫃pregnant man|' +
    '🫄pregnant person|🫅person with crown|🫰hand with index finger and thumb crossed|🫱rightwards hand|🫲leftwards hand|🫳palm down hand|🫴palm up hand|' +
    '🫵index pointing at the viewer|🫶heart hands',
  nature:
    '☀️black sun with rays|☁️cloud|☃️snowman|☔umbrella with rain drops|⚡high voltage sign|⛄snowman without snow|⛅sun behind cloud|✨sparkles;shiny new|' +
    '❄️snowflake|⭐white medium star|🌀cyclone|🌁foggy|🌂closed umbrella|🌃night with stars|🌄sunrise over mountains|🌅sunrise|🌆cityscape at dusk|' +
    '🌇sunset over buildings|🌈rainbow|🌉bridge at night|🌊water wave|🌋volcano|🌌milky way|🌍earth globe europe-africa|🌎earth globe americas|' +
    '🌏earth globe asia-australia|🌐globe with meridians|🌑new moon symbol|🌒waxing crescent moon symbol|🌓first quarter moon symbol|' +
    '🌔waxing gibbous moon symbol|🌕full moon symbol|🌖waning gibbous moon symbol|🌗last quarter moon symbol|🌘waning crescent moon symbol|🌙crescent moon|' +
    '🌚new moon with face|🌛first quarter moon with face|🌜last quarter moon with face|🌝full moon with face|🌞sun with face|🌟glowing star|' +
    '🌠shooting star|🌤️white sun with small cloud|🌧️cloud with rain|🌨️cloud with snow|🌰chestnut|🌱seedling|🌲evergreen tree|🌳deciduous tree|' +
    '🌴palm tree|🌵cactus|🌶️hot pepper|🌷tulip|🌸cherry blossom|🌹rose|🌺hibiscus|🌻sunflower|🌼blossom|🌽ear of maize|🌾ear of rice|🌿herb|' +
    '🍀four leaf clover|🍁maple leaf|🍂fallen leaf|🍃leaf fluttering in wind|🍄mushroom|🎄christmas tree|🐀rat|🐁mouse|🐂ox|🐃water buffalo|🐄cow|🐅tiger|' +
    '🐆leopard|🐇rabbit|🐈cat|🐉dragon|🐊crocodile|🐋whale|🐌snail|🐍snake|🐎horse|🐏ram|🐐goat|🐑sheep|🐒monkey|🐓rooster|🐔chicken|🐕dog|🐖pig|🐗boar|' +
    '🐘elephant|🐙octopus|🐚spiral shell|🐛bug|🐜ant|🐝honeybee|🐞lady beetle|🐟fish|🐠tropical fish|🐡blowfish|🐢turtle|🐣hatching chick|🐤baby chick|' +
    '🐥front-facing baby chick|🐦bird|🐧penguin|🐨koala|🐩poodle|🐪dromedary camel|🐫bactrian camel|🐬dolphin|🐭mouse face|🐮cow face|🐯tiger face|' +
    '🐰rabbit face|🐱cat face|🐲dragon face|🐳spouting whale|🐴horse face|🐵monkey face|🐶dog face|🐷pig face|🐸frog face|🐹hamster face|🐺wolf face|' +
    '🐻bear face|🐼panda face|🐽pig nose|🐾paw prints|🐿️chipmunk|💐bouquet|💧droplet|🔥fire;fire hot lit|🕊️dove of peace|🕷️spider|🥀wilted flower|' +
    '🦀crab|🦁lion face|🦂scorpion|🦃turkey|🦄unicorn face|🦅eagle|🦆duck|🦇bat|🦈shark|🦉owl|🦊fox face|🦋butterfly|🦌deer|🦍gorilla|🦎lizard|' +
    '🦏rhinoceros|🦐shrimp|🦑squid|🦒giraffe face|🦓zebra face|🦔hedgehog|🦕sauropod|🦖t-rex|🦗cricket|🦘kangaroo|🦙llama|🦚peacock|🦛hippopotamus|' +
    '🦜parrot|🦝raccoon|🦞lobster|🦟mosquito|🦠microbe|🦡badger|🦢swan|🦣mammoth|🦤dodo|🦥sloth|🦦otter|🦧orangutan|🦨skunk|🦩flamingo|🦪oyster|🦫beaver|' +
    '🦬bison|🦭seal|🦮guide dog|🪐ringed planet|🪰fly|🪱worm|🪲beetle|🪳cockroach|🪴potted plant|🪵wood|🪶feather|🪷lotus|🪸coral|🪹empty nest|' +
    '🪺nest with eggs',
  food:
    '☕hot beverage;coffee tea|🍅tomato|🍆aubergine|🍇grapes|🍈melon|🍉watermelon|🍊tangerine|🍋lemon|🍌banana|🍍pineapple|🍎red apple|🍏green apple|🍐pear|' +
    '🍑peach|🍒cherries|🍓strawberry|🍔hamburger|🍕slice of pizza|🍖meat on bone|🍗poultry leg|🍘rice cracker|🍙rice ball|🍚cooked rice|🍛curry and rice|' +
    '🍜steaming bowl|🍝spaghetti|🍞bread|🍟french fries|🍠roasted sweet potato|🍡dango|🍢oden|🍣sushi|🍤fried shrimp|🍥fish cake with swirl design|' +
    '🍦soft ice cream|🍧shaved ice|🍨ice cream|🍩doughnut|🍪cookie|🍫chocolate bar|🍬candy|🍭lollipop|🍮custard|🍯honey pot|🍰shortcake|🍱bento box|' +
    '🍲pot of food|🍳cooking|🍴fork and knife|🍵teacup without handle|🍶sake bottle and cup|🍷wine glass|🍸cocktail glass|🍹tropical drink|🍺beer mug|' +
    '🍻clinking beer mugs;beer cheers|🍼baby bottle|🍽️fork and knife with plate|🍾bottle with popping cork|🍿popcorn|🎂birthday cake;birthday|' +
    '🥂clinking glasses|🥃tumbler glass|🥄spoon|🥐croissant|🥑avocado|🥒cucumber|🥓bacon|🥔potato|🥕carrot|🥖baguette bread|🥗green salad|' +
    '🥘shallow pan of food|🥙stuffed flatbread|🥚egg|🥛glass of milk|🥜peanuts|🥝kiwifruit|🥞pancakes|🥟dumpling|🥠fortune cookie|🥡takeout box|' +
    '🥢chopsticks|🥣bowl with spoon|🥤cup with straw|🥥coconut|🥦broccoli|🥧pie|🥨pretzel|🥩cut of meat|🥪sandwich|🥫canned food|🥬leafy green|🥭mango|' +
    '🥮moon cake|🥯bagel|🧀cheese wedge|🧁cupcake|🧂salt shaker|🧃beverage box|🧄garlic|🧅onion|🧆falafel|🧇waffle|🧈butter|🧉mate drink|🧊ice cube|' +
    '🧋bubble tea|🫐blueberries|🫑bell pepper|🫒olive|🫓flatbread|🫔tamale|🫕fondue|🫖teapot|🫗pouring liquid|🫘beans|🫙jar',
  activities:
    '⚽soccer ball|⚾baseball|⛳flag in hole|🎀ribbon|🎁wrapped present;gift present|🎃jack-o-lantern|🎅father christmas|🎆fireworks|🎇firework sparkler|' +
    '🎈balloon|🎉party popper;tada congratulations party celebrate|🎊confetti ball;celebrate|🎋tanabata tree|🎌crossed flags|🎍pine decoration|' +
    '🎎japanese dolls|🎏carp streamer|🎐wind chime|🎑moon viewing ceremony|🎒school satchel|🎓graduation cap|🎟️admission tickets|🎠carousel horse|' +
    '🎡ferris wheel|🎢roller coaster|🎣fishing pole and fish|🎤microphone|🎥movie camera|🎦cinema|🎧headphone|🎨artist palette|🎩top hat|🎪circus tent|' +
    '🎫ticket|🎬clapper board|🎭performing arts|🎮video game|🎯direct hit|🎰slot machine|🎱billiards|🎲game die|🎳bowling|🎴flower playing cards|' +
    '🎵musical note|🎶multiple musical notes|🎷saxophone|🎸guitar|🎹musical keyboard|🎺trumpet|🎻violin|🎼musical score|🎽running shirt with sash|' +
    '🎾tennis racquet and ball|🎿ski and ski boot|🏀basketball and hoop|🏁chequered flag|🏅sports medal|🏆trophy|🏈american football|🏉rugby football|' +
    '🏏cricket bat and ball|🏐volleyball|🏑field hockey stick and ball|🏒ice hockey stick and puck|🏓table tennis paddle and ball|🏖️beach with umbrella|' +
    '🥁drum with drumsticks|🥅goal net|🥇first place medal|🥈second place medal|🥉third place medal|🥊boxing glove|🥋martial arts uniform|🥌curling stone|' +
    '🥍lacrosse stick and ball|🥎softball|🥏flying disc|🧩jigsaw puzzle piece|🧸teddy bear|🪀yo-yo|🪁kite',
  travel:
    '⌚watch|⌛hourglass|⏰alarm clock;alarm time|⏳hourglass with flowing sand;wait|⛪church|⛲fountain|⛵sailboat|⛺tent|⛽fuel pump|✈️airplane|' +
    '🏠house building;home|🏡house with garden|🏢office building|🏣japanese post office|🏤european post office|🏥hospital|🏦bank|' +
    '🏧automated teller machine|🏨hotel|🏩love hotel|🏪convenience store|🏫school|🏬department store|🏭factory|🏮izakaya lantern|🏯japanese castle|' +
    '🏰european castle|🕐clock face one oclock;time|🕑clock face two oclock|🕒clock face three oclock|🕓clock face four oclock|🕔clock face five oclock|' +
    '🕕clock face six oclock|🕖clock face seven oclock|🕗clock face eight oclock|🕘clock face nine oclock|🕙clock face ten oclock|' +
    '🕚clock face eleven oclock|🕛clock face twelve oclock|🕜clock face one-thirty|🕝clock face two-thirty|🕞clock face three-thirty|' +
    '🕟clock face four-thirty|🕠clock face five-thirty|🕡clock face six-thirty|🕢clock face seven-thirty|🕣clock face eight-thirty|' +
    '🕤clock face nine-thirty|🕥clock face ten-thirty|🕦clock face eleven-thirty|🕧clock face twelve-thirty|🗺️world map|🗻mount fuji|🗼tokyo tower|' +
    '🗽statue of liberty|🗾silhouette of japan|🗿moyai|🚀rocket;launch ship fast|🚁helicopter|🚂steam locomotive|🚃railway car|🚄high-speed train|' +
    '🚅high-speed train with bullet nose|🚆train|🚇metro|🚈light rail|🚉station|🚊tram|🚋tram car|🚌bus|🚍oncoming bus|🚎trolleybus|🚏bus stop|🚐minibus|' +
    '🚑ambulance|🚒fire engine|🚓police car|🚔oncoming police car|🚕taxi|🚖oncoming taxi|🚗automobile;car|🚘oncoming automobile|🚙recreational vehicle|' +
    '🚚delivery truck;delivery van|🚛articulated lorry|🚜tractor|🚝monorail|🚞mountain railway|🚟suspension railway|🚠mountain cableway|🚡aerial tramway|' +
    '🚢ship|🚤speedboat|🚥horizontal traffic light|🚦vertical traffic light|🚧construction sign|🚨police cars revolving light|🚩triangular flag on post|' +
    '🚪door|🚫no entry sign|🚬smoking symbol|🚭no smoking symbol|🚮put litter in its place symbol|🚯do not litter symbol|🚰potable water symbol|' +
    '🚱non-potable water symbol|🚲bicycle;bike|🚳no bicycles|🚷no pedestrians|🚸children crossing|🚹mens symbol|🚺womens symbol|🚻restroom|🚼baby symbol|' +
    '🚽toilet|🚾water closet|🚿shower|🛁bathtub|🛂passport control|🛃customs|🛄baggage claim|🛅left luggage|🛋️couch and lamp|🛍️shopping bags;shop|' +
    '🛎️bellhop bell|🛏️bed|🛐place of worship|🛑octagonal sign|🛒shopping trolley;shop cart|🛕hindu temple|🛖hut|🛗elevator|🛝playground slide|🛞wheel|' +
    '🛟ring buoy|🛠️hammer and wrench;repair tools|🛡️shield|🛫airplane departure|🛬airplane arriving|🛳️passenger ship|🛴scooter|🛵motor scooter|🛶canoe|' +
    '🛷sled|🛸flying saucer|🛹skateboard|🛺auto rickshaw|🛻pickup truck|🛼roller skate',
  objects:
    '☂️umbrella|☎️black telephone|⚖️scales|⚙️gear|✂️black scissors|✉️envelope;mail email letter|✏️pencil|✒️black nib|💠diamond shape with a dot inside|' +
    '💡electric light bulb;idea|💣bomb|💨dash symbol|💮white flower|💰money bag;money|💱currency exchange|💲heavy dollar sign|💳credit card;card pay|' +
    '💴banknote with yen sign|💵banknote with dollar sign|💶banknote with euro sign|💷banknote with pound sign|💸money with wings|' +
    '💹chart with upwards trend and yen sign|💺seat|💻personal computer|💼briefcase|💽minidisc|💾floppy disk|💿optical disc|📀dvd|📁file folder|' +
    '📂open file folder|📃page with curl|📄page facing up|📅calendar;date|📆tear-off calendar|📇card index|📈chart with upwards trend|' +
    '📉chart with downwards trend|📊bar chart|📋clipboard|📌pushpin|📍round pushpin;place location pin|📎paperclip|📏straight ruler|📐triangular ruler|' +
    '📑bookmark tabs|📒ledger|📓notebook|📔notebook with decorative cover|📕closed book|📖open book|📗green book|📘blue book|📙orange book|📚books|' +
    '📛name badge|📜scroll|📝memo|📞telephone receiver;call phone|📟pager|📠fax machine|📡satellite antenna|📢public address loudspeaker|' +
    '📣cheering megaphone|📤outbox tray|📥inbox tray|📦package;parcel delivery box|📧e-mail symbol;email|📨incoming envelope|' +
    '📩envelope with downwards arrow above|📪closed mailbox with lowered flag|📫closed mailbox with raised flag|📬open mailbox with raised flag|' +
    '📭open mailbox with lowered flag|📮postbox|📯postal horn|📰newspaper|📱mobile phone;phone mobile|📲mobile phone with rightwards arrow at left|' +
    '📳vibration mode|📴mobile phone off|📵no mobile phones|📶antenna with bars|📷camera|📸camera with flash|📹video camera|📺television|📻radio|' +
    '📼videocassette|📿prayer beads|🔀twisted rightwards arrows|🔁clockwise rightwards and leftwards open circle arrows|' +
    '🔂clockwise rightwards and leftwards open circle arrows with circled one overlay|🔃clockwise downwards and upwards open circle arrows|' +
    '🔄anticlockwise downwards and upwards open circle arrows|🔅low brightness symbol|🔆high brightness symbol|🔇speaker with cancellation stroke|' +
    '🔈speaker|🔉speaker with one sound wave|🔊speaker with three sound waves|🔋battery|🔌electric plug|🔍left-pointing magnifying glass;search|' +
    '🔎right-pointing magnifying glass|🔏lock with ink pen|🔐closed lock with key|🔑key;key|🔒lock;lock|🔓open lock|🔔bell|🔕bell with cancellation stroke|' +
    '🔖bookmark|🔗link symbol|🔘radio button|🔙back with leftwards arrow above|🔚end with leftwards arrow above|' +
    '🔛on with exclamation mark with left right arrow above|🔜soon with rightwards arrow above|🔝top with upwards arrow above|' +
    '🔞no one under eighteen symbol|🔟keycap ten|🔠input symbol for latin capital letters|🔡input symbol for latin small letters|' +
    '🔢input symbol for numbers|🔣input symbol for symbols|🔤input symbol for latin letters|🔦electric torch|🔧wrench;repair|🔨hammer|🔩nut and bolt|' +
    '🔪hocho|🔫pistol|🔬microscope|🔭telescope|🔮crystal ball|🔯six pointed star with middle dot|🔰japanese symbol for beginner|🔱trident emblem|' +
    '🔲black square button|🔳white square button|🔴large red circle|🔵large blue circle|🔶large orange diamond|🔷large blue diamond|🔸small orange diamond|' +
    '🔹small blue diamond|🔺up-pointing red triangle|🔻down-pointing red triangle|🔼up-pointing small red triangle|🔽down-pointing small red triangle|' +
    '🕯️candle|🕶️dark sunglasses|🖊️lower left ballpoint pen|🖥️desktop computer|🖨️printer|🗑️wastebasket|🗓️spiral calendar pad|🦯probing cane|' +
    '🦰emoji component red hair|🦱emoji component curly hair|🦲emoji component bald|🦳emoji component white hair|🦴bone|🦺safety vest|' +
    '🦼motorized wheelchair|🦽manual wheelchair|🦾mechanical arm|🦿mechanical leg|🧌troll|🧠brain|🧢billed cap|🧣scarf|🧤gloves|🧥coat|🧦socks|' +
    '🧧red gift envelope|🧨firecracker|🧪test tube|🧫petri dish|🧬dna double helix|🧭compass|🧮abacus|🧯fire extinguisher|🧰toolbox|🧱brick|🧲magnet|' +
    '🧳luggage|🧴lotion bottle|🧵spool of thread|🧶ball of yarn|🧷safety pin|🧹broom|🧺basket|🧻roll of paper|🧼bar of soap|🧽sponge|🧾receipt|' +
    '🧿nazar amulet|🩰ballet shoes|🩱one-piece swimsuit|🩲briefs|🩳shorts|🩴thong sandal|🩸drop of blood|🩹adhesive bandage|🩺stethoscope|🩻x-ray|🩼crutch|' +
    '🪂parachute|🪃boomerang|🪄magic wand|🪅pinata|🪆nesting dolls|🪑chair|🪒razor|🪓axe|🪔diya lamp|🪕banjo|🪖military helmet|🪗accordion|🪘long drum|' +
    '🪙coin|🪚carpentry saw|🪛screwdriver|🪜ladder|🪝hook|🪞mirror|🪟window|🪠plunger|🪡sewing needle|🪢knot|🪣bucket|🪤mouse trap|🪥toothbrush|' +
    '🪦headstone|🪧placard|🪨rock|🪩mirror ball|🪪identification card|🪫low battery|🪬hamsa',
  symbols:
    '⏩black right-pointing double triangle|⏪black left-pointing double triangle|⏫black up-pointing double triangle|⏬black down-pointing double triangle|' +
    '◽white medium small square|◾black medium small square|♈aries|♉taurus|♊gemini|♋cancer|♌leo|♍virgo|♎libra|♏scorpius|♐sagittarius|♑capricorn|♒aquarius|' +
    '♓pisces|♿wheelchair symbol|⚓anchor|⚕️staff of aesculapius|⚠️warning sign;careful|⚪medium white circle|⚫medium black circle|⛎ophiuchus|⛔no entry|' +
    '✅white heavy check mark;done yes ok check|✔️heavy check mark;done yes check|✖️heavy multiplication x|❌cross mark;no wrong|' +
    '❎negative squared cross mark|❓black question mark ornament|❔white question mark ornament|❕white exclamation mark ornament|' +
    '❗heavy exclamation mark symbol|➕heavy plus sign|➖heavy minus sign|➗heavy division sign|➡️black rightwards arrow|➰curly loop|➿double curly loop|' +
    '⬅️leftwards black arrow|⬆️upwards black arrow|⬇️downwards black arrow|⬛black large square|⬜white large square|⭕heavy large circle|' +
    '🀄mahjong tile red dragon|🃏playing card black joker|🆎negative squared ab|🆑squared cl|🆒squared cool|🆓squared free|🆔squared id|🆕squared new|' +
    '🆖squared ng|🆗squared ok|🆘squared sos|🆙squared up with exclamation mark|🆚squared vs|🈁squared katakana koko|🈚squared cjk unified ideograph-7121|' +
    '🈯squared cjk unified ideograph-6307|🈲squared cjk unified ideograph-7981|🈳squared cjk unified ideograph-7a7a|🈴squared cjk unified ideograph-5408|' +
    '🈵squared cjk unified ideograph-6e80|🈶squared cjk unified ideograph-6709|🈸squared cjk unified ideograph-7533|🈹squared cjk unified ideograph-5272|' +
    '🈺squared cjk unified ideograph-55b6|🉐circled ideograph advantage|🉑circled ideograph accept|🌡️thermometer|🌭hot dog|🌮taco|🌯burrito|' +
    '🏴waving black flag|🏸badminton racquet and shuttlecock|🏹bow and arrow|🏺amphora|💈barber pole|💉syringe|💊pill|💍ring|💎gem stone|💏kiss|' +
    '💑couple with heart|💒wedding|🕋kaaba|🕌mosque|🕍synagogue|🕎menorah with nine branches|🟠large orange circle|🟡large yellow circle|' +
    '🟢large green circle|🟣large purple circle|🟤large brown circle|🟥large red square|🟦large blue square|🟧large orange square|🟨large yellow square|' +
    '🟩large green square|🟪large purple square|🟫large brown square|🟰heavy equals sign|🤿diving mask|🥻sari|🥼lab coat|🥽goggles|🥾hiking boot|' +
    '🥿flat shoe',
} as const;
